// Where the time of a send goes: from a bare fetch to the library, one step at a time. Prints a table in Markdown. Run
// by `npm run bench -- steps`.
import ky from 'ky'
import { compare, timedAsync } from './compare.ts'
import { wire } from './payload.ts'
import { headersOfJson, senderOf } from './senders.ts'

const [, , url = '', rounds] = process.argv
const calls = 100
const target = `${url}/connect_sessions`
const body = wire()

const post = (signal?: AbortSignal): Promise<Response> =>
  fetch(target, { method: 'POST', headers: headersOfJson, body: JSON.stringify(body), ...(signal && { signal }) })

/** Ky as the library uses it: the request goes out past it. */
const postOverKy = (signal: AbortSignal): Promise<Response> =>
  ky(target, {
    method: 'POST',
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    fetch: () => post(signal),
  })

const inTime = async (posted: (signal: AbortSignal) => Promise<Response>): Promise<unknown> => {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), 10_000)
  const response = await posted(controller.signal)
  const text = await response.text()
  clearTimeout(timer)
  return JSON.parse(text)
}

const steps = {
  'bare `fetch`': async () => (await post()).json(),
  'with a signal and a timer': () => inTime(post),
  'over ky, which makes a request of its own': () => inTime(postOverKy),
  'the library: what is sent is checked, what comes back is read': await senderOf('ours', url),
}
const works = { ...steps, 'for comparison, bare ky': await senderOf('ky', url) }
const times = await compare(
  Object.fromEntries(Object.entries(works).map(([step, work]) => [step, timedAsync(work, calls)])),
  Number(rounds),
)
const lines = Object.entries(times).map(([step, time], index, all) => {
  const before = step in steps ? all[index - 1]?.[1] : undefined
  return `| ${step} | ${time.toFixed(0)} us | ${before === undefined ? '' : `${(time - before).toFixed(0)} us`} |`
})
process.stdout.write(JSON.stringify(lines))
