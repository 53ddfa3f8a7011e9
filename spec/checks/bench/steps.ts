// Shows where the time of a send goes, step by step from a bare fetch to the library. Prints the rows of a Markdown
// table as JSON. Run it with `npm run check -- bench steps`.
import ky from 'ky'
import { compare, timedAsync } from './compare.ts'
import { wire } from './payload.ts'
import { jsonHeaders, senderOf } from './senders.ts'

const [, , url = '', rounds] = process.argv
const calls = 100
const target = `${url}/connect_sessions`
const body = wire()

const post = (signal?: AbortSignal): Promise<Response> =>
  fetch(target, { method: 'POST', headers: jsonHeaders, body: JSON.stringify(body), ...(signal && { signal }) })

/** Uses ky as the library does. */
const postWithKy = (signal: AbortSignal): Promise<Response> =>
  ky(target, {
    method: 'POST',
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    fetch: () => post(signal),
  })

const withTimer = async (send: (signal: AbortSignal) => Promise<Response>): Promise<unknown> => {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), 10_000)
  const response = await send(controller.signal)
  const text = await response.text()
  clearTimeout(timer)
  return JSON.parse(text)
}

const steps = {
  'bare `fetch`': async () => (await post()).json(),
  'plus a signal and a timer': () => withTimer(post),
  'plus ky, which creates its own `Request`': () => withTimer(postWithKy),
  'plus validation and decoding (this library)': await senderOf('ours', url),
}
const contestants = { ...steps, 'for comparison, bare ky': await senderOf('ky', url) }
const times = await compare(
  Object.fromEntries(Object.entries(contestants).map(([step, work]) => [step, timedAsync(work, calls)])),
  Number(rounds),
)
const lines = Object.entries(times).map(([step, time], index, all) => {
  const before = step in steps ? all[index - 1]?.[1] : undefined
  return `| ${step} | ${time.toFixed(0)} us | ${before === undefined ? '' : `${(time - before).toFixed(0)} us`} |`
})
process.stdout.write(JSON.stringify(lines))
