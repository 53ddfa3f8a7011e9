import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { expect } from 'chai'
import express from 'express'
import { Hono } from 'hono'
import { connectSessionHandler } from '../../../lib/handler/index.ts'
import { createClient } from '../../../lib/index.ts'
import { sandbox } from '../../../lib/testing/index.ts'
import { pageServers } from './page-servers.ts'

type Handler = (request: Request) => Promise<Response>

/** Mounts the handler as the documents do. */
const mounts: Readonly<Record<string, (handler: Handler) => RequestListener>> = {
  'app.all of Express': (handler) => express().all('/connect', getRequestListener(handler)),
  'app.all of Hono': (handler) => getRequestListener(new Hono().all('/connect', ({ req }) => handler(req.raw)).fetch),
  'exports of POST and OPTIONS': (handler) => {
    const route: Readonly<Record<string, Handler>> = { POST: handler, OPTIONS: handler }
    return getRequestListener((request) => route[request.method]?.(request) ?? new Response(null, { status: 405 }))
  },
}

/** Runs in a page. Resolves with the status and the body of the response, or with the message of the error. */
const post = (url: string): Promise<unknown> => {
  const headers = { 'content-type': 'application/json' }
  return fetch(url, { method: 'POST', credentials: 'include', headers, body: '{"categories":["ats"]}' }).then(
    async (response) => ({ status: response.status, body: await response.json() }),
    (error: Error) => error.message,
  )
}

describe('A page of an allowed origin', () => {
  const { listen, newPage } = pageServers()

  /** Opens a page of another origin, sends it to the handler, and returns the result. */
  const postAcross = async (mount: (handler: Handler) => RequestListener) => {
    const api = sandbox()
    const site = await listen((_, response) => response.end('<!doctype html><title>Site</title>'))
    const handler = connectSessionHandler({
      client: createClient({ apiKey: 'v1.sandbox.key', fetch: api.fetch }),
      owner: () => ({ id: 'acme-42', name: 'Acme Inc.' }),
      allow: { categories: ['ats'] },
      origins: [site],
    })
    const url = `${await listen(mount(handler))}/connect`
    const page = await newPage()
    await page.goto(site)
    const result = await page.evaluate(post, url)
    await page.close()
    return { result, token: api.sessions[0]?.token }
  }

  for (const [title, mount] of Object.entries(mounts))
    it(`gets a token if the handler is mounted with ${title}`, async () => {
      const { result, token } = await postAcross(mount)
      expect(result).to.have.property('status', 200)
      expect(result).to.have.nested.property('body.token', token)
    })

  it('is blocked if only POST requests reach the handler', async () => {
    const { result } = await postAcross((handler) => express().post('/connect', getRequestListener(handler)))
    expect(result).to.equal('Failed to fetch')
  })
})
