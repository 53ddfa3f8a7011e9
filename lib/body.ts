import { isA } from './codec.ts'
import { ConfigurationError } from './errors.ts'
import { Refused } from './refused.ts'
import { streamed } from './stream.ts'

const isJson = (type: string): boolean => /^application\/json\s*(;|$)/i.test(type)

// Whoever makes the body is told when nobody reads on.
const textOf = async (body: ReadableStream<Uint8Array>, maxBytes: number): Promise<string> => {
  const reader = body.getReader()
  const text = await streamed(reader, new TextDecoder('utf-8', { fatal: true }), maxBytes)
  if (text !== undefined) return text
  reader.cancel().catch(() => {})
  throw new Refused('too-large')
}

const readBefore = (): ConfigurationError =>
  new ConfigurationError(
    'The body of the request was read before the handler got it. Mount the handler before what reads bodies, such as ' +
      'express.json(), and hand it the request itself.',
  )

/** The JSON of a request's body, whatever it is; an empty body counts as an empty object. Throws Refused. */
export const bodyOf = async ({ headers, body, bodyUsed }: Request, maxBytes: number): Promise<unknown> => {
  const type = headers.get('content-type')
  const length = Number(headers.get('content-length'))
  if (type !== null && !isJson(type)) throw new Refused('unsupported-type')
  if (length > maxBytes) throw new Refused('too-large')
  if (bodyUsed || body?.locked) throw readBefore()
  try {
    const text = body === null ? '' : await textOf(body, maxBytes)
    // Behind a parser of bodies, an adapter may find nothing more; what the page chose must not vanish silently.
    if (text === '' && length > 0) throw readBefore()
    if (text === '') return {}
    if (type === null) throw new Refused('unsupported-type')
    return JSON.parse(text)
  } catch (error) {
    if (isA(error, Refused) || isA(error, ConfigurationError)) throw error
    throw new Refused('invalid-body') // cut off, not UTF-8, not JSON, or nested beyond what the platform reads
  }
}
