// Starts the recipe of a framework on the sandbox, and sends it the requests of a page.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createClient } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'

const [, , name] = process.argv
const api = sandbox()
const stackOne = await api.listen()
Object.assign(process.env, { STACKONE_API_KEY: 'any', STACKONE_BASE_URL: stackOne.url })
const recipe = await import('./recipe.js')

const customer = { id: 'acme-42', name: 'Acme Inc.' }
const url = 'http://127.0.0.1/connect'

/** Returns a function that sends requests to a server. */
const to = (port) => async (init) => fetch(`http://127.0.0.1:${port}/connect`, init)

const serve = async (app) => {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return to(server.address().port)
}

/** Starts the application of NestJS with a guard that signs the customer in. */
const startNest = async (app) => {
  app.useGlobalGuards({
    canActivate: (context) => {
      const request = context.switchToHttp().getRequest()
      if (request.headers.cookie === 'session=42') request.customer = customer
      return true
    },
  })
  await app.listen(0, '127.0.0.1')
  return to(app.getHttpServer().address().port)
}

/** Calls a function of AWS Lambda with the event of a function URL. */
const invoke =
  (handler) =>
  async ({ method, headers, body }) => {
    const event = {
      version: '2.0',
      rawPath: '/connect',
      rawQueryString: '',
      headers: { host: 'connect.lambda-url.example', ...headers },
      requestContext: { domainName: 'connect.lambda-url.example', http: { method, path: '/connect' } },
      body: body && btoa(body),
      isBase64Encoded: body !== undefined,
    }
    const { statusCode, headers: sent, body: text } = await handler(event)
    return new Response(text, { status: statusCode, headers: sent })
  }

const starts = {
  express: () => serve(recipe.expressApp),
  hono: async () => async (init) => recipe.default.fetch(new Request(url, init)),
  lambda: async () => invoke(recipe.handler),
  next: async () => async (init) => recipe[init.method](new Request(url, init)),
  fastify: async () => {
    await recipe.app.listen({ port: 0, host: '127.0.0.1' })
    return to(recipe.app.server.address().port)
  },
  nestjs: async () => {
    const { NestFactory } = await import('@nestjs/core')
    return startNest(await NestFactory.create(recipe.AppModule, { rawBody: true, logger: false }))
  },
}

/** Sends the requests of a page, and expects the responses of the handler. */
const exercise = async (send, { sessions }) => {
  const headers = { 'content-type': 'application/json', cookie: 'session=42' }
  const created = await send({ method: 'POST', headers, body: '{}' })
  assert.equal(created.status, 200)
  assert.equal((await created.json()).token, sessions().at(-1)?.token)
  const anonymous = await send({ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  assert.equal(anonymous.status, 401)
  const rejected = await send({ method: 'POST', headers, body: JSON.stringify({ categories: ['ats'] }) })
  assert.deepEqual([rejected.status, (await rejected.json()).error.issues[0].path], [400, 'categories'])
  const preflight = await send({ method: 'OPTIONS', headers: { origin: 'https://app.acme.example' } })
  assert.equal((await preflight.json()).error.code, 'method-not-allowed')
}

await exercise(await starts[name](), { sessions: () => api.sessions })

if (name === 'nestjs') {
  const { Test } = await import('@nestjs/testing')
  const own = sandbox()
  const client = createClient({ apiKey: 'any', fetch: own.fetch })
  const builder = Test.createTestingModule({ imports: [recipe.AppModule] })
  const module = await builder.overrideProvider('stackone').useValue(client).compile()
  await exercise(await startNest(module.createNestApplication({ rawBody: true })), { sessions: () => own.sessions })
}

process.exit()
