import { expect } from 'chai'
import fc from 'fast-check'
import { ConfigurationError, createClient, type Session } from '../../lib/index.ts'
import { type SandboxWebhook, sandbox, signWebhook } from '../../lib/testing/index.ts'
import { verifyWebhook } from '../../lib/webhook/index.ts'
import { acme } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { itEach } from '../support/it-each.ts'
import { dumps, printings, showing } from '../support/printed.ts'
import { httpServer } from '../support/server.ts'
import { receiver, secret, sign } from '../support/webhook.ts'

const now = new Date('2026-05-04T10:00:00.000Z')

const bamboo = acme.provider('bamboohr')

const setUp = (deliver: SandboxWebhook['deliver']) => {
  const api = sandbox({ webhook: { secret, deliver }, now: () => now })
  const client = createClient({ apiKey: 'any', fetch: api.fetch })
  return { api, send: async (requested: Session) => (await requested.send(client)).id }
}

describe('signWebhook', () => {
  it('returns the signature that StackOne sends', async () => {
    for (const body of ['', '{"event":"x"}', 'Zoë 🙂', new Uint8Array([0, 255, 10])])
      expect(await signWebhook(body, secret)).to.equal(sign(body))
  })

  it('rejects a body that is not serialized, and a missing secret', async () => {
    const invalid: readonly (readonly [readonly unknown[], string])[] = [
      [[{ event: 'x' }, secret], 'body: must be a string or a Uint8Array, got an object'],
      [[undefined, undefined], 'body: is required'],
      [['{}', ' '], 'secret: must be a non-blank string without surrounding white space, got a blank string'],
    ]
    for (const [args, message] of invalid) {
      const error = await caught(Reflect.apply(signWebhook, undefined, args))
      expect(error).to.be.instanceOf(ConfigurationError)
      expect(String(error)).to.include(message)
    }
  })

  it('signs so that verifyWebhook accepts exactly the signed body', async () => {
    const text = fc.string({ unit: 'binary' }).map((note) => JSON.stringify({ event: 'x', note }))
    const key = fc.string().map((characters) => `k${characters}k`)
    await fc.assert(
      fc.asyncProperty(text, text, key, async (a, b, by) => {
        const verified = verifyWebhook(b, await signWebhook(a, by), by)
        const isAccepted = await verified.then(
          () => true,
          () => false,
        )
        expect(isAccepted).to.equal(a === b)
      }),
    )
  })
})

describe('A sandbox with a webhook', () => {
  it('delivers account.created to a webhookHandler when connect succeeds', async () => {
    const { handler, events, errors } = receiver()
    const { api, send } = setUp(handler)
    const { webhook, ...result } = api.connect(await send(bamboo.username('it@acme.example')))
    expect(result).to.deep.equal({ status: 'authenticated', accountId: 'sandbox-account-1' })
    expect((await webhook)?.status).to.equal(200)
    expect(errors).to.deep.equal([])
    expect(events).to.deep.equal([
      {
        event: 'account.created',
        projectId: 'sandbox-project',
        eventDate: now,
        recordType: 'account',
        recordId: 'sandbox-account-1',
        sentAt: now,
        accountId: 'sandbox-account-1',
        provider: 'bamboohr',
        originOwnerId: 'acme-42',
        originOwnerName: 'Acme Inc.',
        originUsername: 'it@acme.example',
        drift: [],
      },
    ])
  })

  it('delivers account.updated for an account that existed', async () => {
    const { handler, events } = receiver()
    const { api, send } = setUp(handler)
    const ids = [
      await send(bamboo),
      await send(bamboo), // the same owner at the same provider
      await send(bamboo.multiple()),
      await send(acme.account('sandbox-account-1')),
      await send(acme.account('account-of-another-sandbox').provider('workday')),
    ]
    for (const id of ids) await api.connect(id).webhook
    expect(events.map(({ event, accountId, provider }) => `${event} ${accountId} ${provider}`)).to.deep.equal([
      'account.created sandbox-account-1 bamboohr',
      'account.updated sandbox-account-1 bamboohr',
      'account.created sandbox-account-2 bamboohr',
      'account.updated sandbox-account-1 bamboohr',
      'account.updated account-of-another-sandbox workday',
    ])
  })

  itEach(
    'delivers nothing for the other outcomes',
    ['error', 'cancelled', 'expired', 'pending'] as const,
    async (status) => {
      const { handler, events } = receiver()
      const { api, send } = setUp(handler)
      expect(api.connect(await send(bamboo), status)).to.deep.equal({ status })
      expect(events).to.deep.equal([])
    },
  )

  it('delivers to a URL over HTTP', async () => {
    const server = await httpServer((_, response) => response.writeHead(202).end())
    try {
      for (const deliver of [`${server.url}/webhook`, new URL(`${server.url}/webhook`)]) {
        const { api, send } = setUp(deliver)
        expect((await api.connect(await send(bamboo)).webhook)?.status).to.equal(202)
      }
    } finally {
      await server.close()
    }
    expect(server.requests).to.have.length(2)
    for (const { method, url, headers, body } of server.requests) {
      expect([method, url, headers['content-type']]).to.deep.equal(['POST', '/webhook', 'application/json'])
      expect(headers['x-stackone-signature']).to.equal(sign(body))
      expect(JSON.parse(body)).to.include({ event: 'account.created', account_id: 'sandbox-account-1' })
    }
  })

  it('passes a POST request to a function, and returns its response', async () => {
    const requests: Request[] = []
    const { api, send } = setUp(async (request) => {
      requests.push(request)
      return new Response(null, { status: 401 })
    })
    expect((await api.connect(await send(bamboo)).webhook)?.status).to.equal(401)
    expect(requests[0]?.method).to.equal('POST')
    expect(requests[0]?.headers.get('content-type')).to.equal('application/json')
  })

  it('returns a promise that rejects if the delivery fails, which need not be handled', async () => {
    const failure = new Error('unreachable')
    const { api, send } = setUp(() => Promise.reject(failure))
    api.connect(await send(bamboo))
    const { webhook, accountId } = api.connect(await send(bamboo))
    expect(accountId).to.equal('sandbox-account-1')
    expect(await caught(Promise.resolve(webhook))).to.equal(failure)
  })

  it('shows no secret when printed', async () => {
    const { api } = setUp(receiver().handler)
    expect(showing(api, [secret], [...printings, ...dumps])).to.deep.equal([])
  })

  const deliver = async (): Promise<Response> => new Response()
  const invalid: readonly (readonly [string, unknown, string])[] = [
    ['a function', deliver, 'webhook: must be an object, got a function'],
    ['no secret', { deliver }, 'webhook.secret: is required'],
    [
      'a blank secret',
      { secret: ' ', deliver },
      'webhook.secret: must be a non-blank string without surrounding white space, got a blank string',
    ],
    ['no target', { secret }, 'webhook.deliver: is required'],
    ['a path', { secret, deliver: '/webhook' }, 'webhook.deliver: must be a function or a URL, such as'],
    ['text before a URL', { secret, deliver: 'to http://127.0.0.1' }, 'webhook.deliver: must be a function or a URL'],
    ['text after a URL', { secret, deliver: 'http://127.0.0.1 or' }, 'webhook.deliver: must be a function or a URL'],
    ['another scheme', { secret, deliver: 'ftp://127.0.0.1' }, 'webhook.deliver: must be a function or a URL, such as'],
    [
      'an unknown option',
      { secret, deliver, url: '' },
      "unknown option 'webhook.url' (the options are secret, deliver)",
    ],
  ]
  itEach('rejects invalid values of the option', invalid, ([, webhook, message]) => {
    const create = (): unknown => Reflect.apply(sandbox, undefined, [{ webhook }])
    expect(create).to.throw(ConfigurationError, `Invalid options for sandbox: ${message}`)
  })
})
