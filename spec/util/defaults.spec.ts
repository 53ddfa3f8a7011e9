import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { connectSessionHandler } from '../../lib/handler/index.ts'
import { createClient } from '../../lib/index.ts'
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
import { itEach } from '../support/it-each.ts'
import { minted } from '../support/server.ts'
import { jsonResponse, stub } from '../support/stub.ts'

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

  const { baseUrl, timeout, deadline, retries, strict, dangerouslyAllowBrowser } = clientDefaults
  const documented: readonly (readonly [string, string, object])[] = [
    ['CallOptions', 'client/options', { timeout, deadline, retries }],
    ['ClientOptions', 'client/options', { strict, dangerouslyAllowBrowser }],
    ['WaitOptions', 'client/options', waitDefaults],
    ['HandlerOptions', 'handler/options', handlerDefaults],
    ['WebhookHandlerOptions', 'webhook/index', webhookDefaults],
    ['SandboxOptions', 'testing/sandbox', { seed: sandboxDefaults.seed }],
    ['FaultOptions', 'testing/faults/fault', { times: sandboxDefaults.times }],
  ]
  itEach('are those of the doc comments', documented, ([name, file, defaults]) => {
    const [, after = ''] = readFileSync(`lib/${file}.ts`, 'utf8').split(`export interface ${name} `)
    const [body] = after.split('\n}')
    for (const [option, value] of Object.entries(defaults))
      expect(body).to.match(new RegExp(`@default ${value}\\b[^@:]* readonly ${option}\\?:`))
  })

  it('of the client are those of the README and the guides', () => {
    expect(readFileSync('lib/client/options.ts', 'utf8')).to.include(`STACKONE_BASE_URL, or ${baseUrl}`)
    const readme = readFileSync('README.md', 'utf8')
    expect(readme).to.include(`\`STACKONE_BASE_URL\` or \`${baseUrl}\` |`)
    expect(readme).to.include(`| \`timeout\`, \`deadline\` | ${timeout} ms, ${deadline} ms |`)
    expect(readme).to.include(`| \`retries\` | ${retries} |`)
    expect(readme).to.include(`| \`strict\` | \`${strict}\` |`)
    expect(readFileSync('docs/retries.md', 'utf8')).to.include(
      `The defaults are a timeout of ${timeout / 1000} seconds, a deadline of ${deadline / 1000} seconds and two retries.`,
    )
  })

  const client = () => createClient({ apiKey, fetch: never })
  const request = () => new Request('http://127.0.0.1', { method: 'POST', body: '{}' })
  const timers: readonly (readonly [string, () => Promise<unknown>, number])[] = [
    ['an attempt of a call', () => acme.send(client()), timeout],
    ['the `apiKey` function', () => acme.send(createClient({ apiKey: never })), deadline],
    [
      'the interval of the polls',
      () => createClient({ apiKey, fetch: stub(() => jsonResponse(200, minted)).fetch }).waitForConnection(minted.id),
      waitDefaults.interval,
    ],
    [
      'a request to the handler',
      () => connectSessionHandler({ client: client(), owner: never })(request()),
      handlerDefaults.timeout,
    ],
    ['a webhook', () => webhookHandler({ secret: 'whsec.1', onEvent: never })(request()), webhookDefaults.timeout],
  ]
  itEach('set the timers', timers, async ([, work, ms]) => {
    expect(await delaysDuring(() => void work())).to.include(ms)
  })
})
