import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import ts from 'typescript'
import { connectSessionHandler } from '../../lib/handler/index.ts'
import { createClient } from '../../lib/index.ts'
import { sandbox } from '../../lib/testing/index.ts'
import {
  clientDefaults,
  handlerDefaults,
  sandboxDefaults,
  waitDefaults,
  webhookDefaults,
} from '../../lib/util/defaults.ts'
import { webhookHandler } from '../../lib/webhook/index.ts'
import { acme, apiKey } from '../support/call.ts'
import { unsetEnvironment } from '../support/environment.ts'
import { minted } from '../support/server.ts'
import { jsonResponse, stub } from '../support/stub.ts'

/** The `@default` of each property of the interfaces in a file, by `Interface.property`. */
const documentedIn = (file: string): Readonly<Record<string, string>> => {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true)
  const documented: Record<string, string> = {}
  const visit = (node: ts.Node): void => {
    const tag = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === 'default')
    if (ts.isPropertySignature(node) && tag !== undefined) {
      const owner = ts.findAncestor(node, ts.isInterfaceDeclaration)?.name.text
      documented[`${owner}.${node.name.getText()}`] = ts.getTextOfJSDocComment(tag.comment) ?? ''
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return documented
}

/** The delays that are passed to timers while the work runs. No timer fires. */
const delaysDuring = async (work: () => unknown): Promise<readonly unknown[]> => {
  const delays: unknown[] = []
  const { setTimeout } = globalThis
  const record = (_callback: unknown, delay?: number): unknown => {
    if (delay !== undefined) delays.push(Math.round(delay))
    return { unref: () => undefined }
  }
  Object.assign(globalThis, { setTimeout: record })
  try {
    await work()
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  } finally {
    Object.assign(globalThis, { setTimeout })
  }
  return delays
}

const never = (): Promise<never> => new Promise(() => {})

describe('The defaults', () => {
  unsetEnvironment()

  it('are these', () => {
    expect(clientDefaults).to.deep.equal({
      baseUrl: 'https://api.stackone.com',
      ...{ timeout: 10_000, deadline: 30_000, retries: 2, strict: false, dangerouslyAllowBrowser: false },
    })
    expect(waitDefaults).to.deep.equal({ interval: 2000, deadline: 600_000 })
    expect(handlerDefaults).to.deep.equal({ maxBytes: 10_000, timeout: 30_000 })
    expect(webhookDefaults).to.deep.equal({ maxBytes: 1_048_576, timeout: 30_000 })
    expect(sandboxDefaults).to.deep.equal({ seed: 1, times: 1 })
  })

  it('are those of the doc comments', () => {
    const { baseUrl, timeout, deadline, retries, strict, dangerouslyAllowBrowser } = clientDefaults
    const { 'ClientOptions.baseUrl': url, ...documented } = {
      ...documentedIn('lib/client/options.ts'),
      ...documentedIn('lib/handler/options.ts'),
      ...documentedIn('lib/webhook/options.ts'),
      ...documentedIn('lib/testing/sandbox.ts'),
      ...documentedIn('lib/testing/faults/fault.ts'),
    }
    expect(documented).to.include({
      'CallOptions.timeout': `${timeout}`,
      'CallOptions.deadline': `${deadline}`,
      'CallOptions.retries': `${retries}`,
      'ClientOptions.strict': `${strict}`,
      'ClientOptions.dangerouslyAllowBrowser': `${dangerouslyAllowBrowser}`,
      'WaitOptions.interval': `${waitDefaults.interval}`,
      'WaitOptions.deadline': `${waitDefaults.deadline}, ten minutes`,
      'HandlerOptions.maxBytes': `${handlerDefaults.maxBytes}`,
      'HandlerOptions.timeout': `${handlerDefaults.timeout}`,
      'WebhookHandlerOptions.maxBytes': `${webhookDefaults.maxBytes}`,
      'WebhookHandlerOptions.timeout': `${webhookDefaults.timeout}`,
      'SandboxOptions.seed': `${sandboxDefaults.seed}`,
      'FaultOptions.times': `${sandboxDefaults.times}`,
    })
    expect(url).to.include(baseUrl)
  })

  it('are those of the README and the guides', () => {
    const { baseUrl, timeout, deadline, retries, strict } = clientDefaults
    const readme = readFileSync('README.md', 'utf8')
    expect(readme).to.include(`\`STACKONE_BASE_URL\` or \`${baseUrl}\` |`)
    expect(readme).to.include(`| \`timeout\`, \`deadline\` | ${timeout} ms, ${deadline} ms |`)
    expect(readme).to.include(`| \`retries\` | ${retries} |`)
    expect(readme).to.include(`| \`strict\` | \`${strict}\` |`)
    expect(readFileSync('docs/retries.md', 'utf8')).to.include(
      `The defaults are a timeout of ${timeout / 1000} seconds, a deadline of ${deadline / 1000} seconds and two retries.`,
    )
  })

  it('limit an attempt of a call', async () => {
    const client = createClient({ apiKey, fetch: never })
    expect(await delaysDuring(() => void acme.send(client))).to.include(clientDefaults.timeout)
  })

  it('limit the `apiKey` function by the deadline', async () => {
    const client = createClient({ apiKey: never })
    expect(await delaysDuring(() => void acme.send(client))).to.deep.equal([clientDefaults.deadline])
  })

  it('set the interval of the polls', async () => {
    const client = createClient({ apiKey, fetch: stub(() => jsonResponse(200, minted)).fetch })
    expect(await delaysDuring(() => void client.waitForConnection(minted.id))).to.include(waitDefaults.interval)
  })

  it('limit a request to the handler', async () => {
    const client = createClient({ apiKey, fetch: never })
    const handler = connectSessionHandler({ client, owner: never })
    const request = new Request('http://127.0.0.1/connect', { method: 'POST' })
    expect(await delaysDuring(() => void handler(request))).to.include(handlerDefaults.timeout)
  })

  it('limit a webhook', async () => {
    const secret = 'whsec.0123456789abcdef'
    const handler = webhookHandler({ secret, onEvent: never })
    const request = new Request('http://127.0.0.1/webhook', { method: 'POST', body: '{}' })
    expect(await delaysDuring(() => void handler(request))).to.include(webhookDefaults.timeout)
  })

  it('let a token of the sandbox expire after 1,800 seconds', async () => {
    const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
    const api = sandbox({ now: () => new Date(clock.now) })
    const client = createClient({ apiKey, fetch: api.fetch, retries: 0 })
    const { token, createdAt, expiresAt } = await acme.send(client)
    expect(expiresAt.getTime() - (createdAt?.getTime() ?? 0)).to.equal(1_800_000)
    clock.now += 1_799_999
    expect(await client.authenticate(token)).to.have.property('id')
    clock.now += 1
    expect(await client.authenticate(token).catch((error: unknown) => error)).to.include({ name: 'ApiError' })
  })
})
