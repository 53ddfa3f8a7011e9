import { isRight } from 'fp-ts/lib/Either.js'
import { JsonCodec } from '../model/json.ts'
import { isRecord, kindOf, ownValue } from '../util/guards.ts'
import { mask, type Redact, redactJson } from '../util/redact.ts'
import type { RawResponse } from './transport.ts'

const isHtml = (text: string): boolean => /^\s*</.test(text)

/** Describes a body without quoting it. */
export const bodyKind = ({ text, json }: RawResponse): string => {
  if (text.trim() === '') return 'empty'
  if (json !== undefined) return kindOf(json)
  return isHtml(text) ? 'HTML' : 'not JSON, or was cut off'
}

// Control characters of a server must not reach a terminal.
const toSentence = (text: string): string => {
  const line = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}

// Secret fields of JSON that was cut off, and so cannot be parsed.
const secretFields = /((?:token|auth_?link_?url)["']?\s*[:=]\s*["']?)[^\s"'&<>,;}]+/gi

/** Returns the part of a text body to quote: of HTML the title only, since markup could hide a secret. */
const quotedText = (text: string, redact: Redact): string => {
  const quoted = isHtml(text) ? (/<title[^<>]*>([^<]*)/i.exec(text)?.[1] ?? '') : text
  return toSentence(redact(quoted.replace(secretFields, `$1${mask}`)))
}

/** Joins the strings of a value: a string, or an array of strings and of objects with a `message`. */
const joinMessages = (value: unknown): string =>
  [value]
    .flat()
    .map((entry) => (isRecord(entry) ? ownValue(entry, 'message') : entry))
    .filter((entry) => typeof entry === 'string' && entry !== '')
    .join('; ')

/** Returns the messages of an error body, from `message` and `errors`; undefined if it has neither. */
const messageOf = (body: unknown): string | undefined => {
  if (typeof body === 'string') return body
  const [message, errors] = ['message', 'errors'].map((name) => ownValue(Object(body), name))
  const hasMessage = typeof message === 'string' || Array.isArray(message)
  const details = joinMessages(isRecord(errors) ? Object.values(errors).flat() : errors)
  if (!hasMessage && details === '') return undefined
  return [hasMessage ? joinMessages(message) : '', details].filter((part) => part !== '').join(': ')
}

/** Returns the body for an `ApiError`, parsed if it is JSON, and what to quote of it in the message. */
export const readErrorBody = ({ text, json }: RawResponse, redact: Redact): { body: unknown; quote: string } => {
  const decoded = JsonCodec.decode(json)
  const body = isRight(decoded) ? redactJson(decoded.right, redact) : quotedText(text, redact)
  return { body, quote: toSentence(messageOf(body) ?? JSON.stringify(body)) }
}
