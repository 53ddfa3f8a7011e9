import { left, right } from 'fp-ts/lib/Either.js'
import type { Issue, SessionError } from '../errors.ts'
import type { Either } from '../util/either.ts'
import { environmentVariable } from '../util/environment.ts'
import { mustBe } from '../util/guards.ts'
import { omitUndefined } from '../util/omit-undefined.ts'
import { createRedactor, mask, type Redact } from '../util/redact.ts'
import { withTimeout } from '../util/timeout.ts'
import { keyError, keyFunctionError } from './call-error.ts'
import type { Settings } from './settings.ts'

const environmentKey = (): string | undefined => environmentVariable('STACKONE_API_KEY')

// Catching an error of `atob` costs more than all other checks.
const isBase64OfKey = (key: string): boolean => {
  const unpadded = key.replace(/={1,2}$/, '')
  return /^[A-Za-z0-9+/]+$/.test(unpadded) && unpadded.length % 4 !== 1 && /^[!-~]+:$/.test(atob(unpadded))
}

const keyProblems: readonly (readonly [RegExp, message: string, hint?: string])[] = [
  [/^\s*$/, 'must be a non-blank string, got a blank string'],
  [/^(["'`]).*\1$|^[“”„‘’].*[“”‘’]$/s, 'must not be in quotes', 'remove the quotes'],
  [/^(basic|bearer)\s/i, 'must not start with a scheme', 'pass the key alone'],
  [/[^!-~]/, 'must contain visible ASCII characters only', 'remove spaces and line breaks'],
  [/:/, 'must not contain a colon', 'pass the key alone'],
]

const keyIssue = (key: unknown): Issue | undefined => {
  if (typeof key !== 'string') return { path: '', message: mustBe('a string', key) }
  const problem = keyProblems.find(([pattern]) => pattern.test(key))
  if (problem !== undefined) return omitUndefined<Issue>({ path: '', message: problem[1], hint: problem[2] })
  return isBase64OfKey(key)
    ? { path: '', message: 'must not be base64-encoded', hint: 'pass the key alone' }
    : undefined
}

const checkKey = (key: unknown): Either<SessionError, string> => {
  const issue = keyIssue(key)
  return issue === undefined ? right(String(key)) : left(keyError(issue))
}

/** Masks what looks like a key: the real one is unknown if the function that returns it throws. */
const redactKeys: Redact = (text) =>
  createRedactor(() => [environmentKey() ?? ''])(text)
    .replace(/\bv\d+\.\w+\.[^\s"'<>,;]+/g, mask)
    .replace(/\b(basic|bearer)\s+[\w.~+/=-]+/gi, `$1 ${mask}`)

/** Reads and checks the API key of a call. Errors do not contain it. */
export const readKey = async (settings: Settings, elapsed: () => number): Promise<Either<SessionError, string>> => {
  const { apiKey = environmentKey(), signal, deadline } = settings
  if (apiKey === undefined) return left(keyError(undefined))
  // Only a function can take time.
  if (typeof apiKey === 'string' && !signal?.aborted) return checkKey(apiKey)
  const outcome = await withTimeout(deadline, signal, async () => (typeof apiKey === 'string' ? apiKey : apiKey()))
  if (outcome.type === 'value') return checkKey(outcome.value)
  const stats = { attempts: 0, elapsedMs: Math.round(elapsed()) }
  return left(keyFunctionError(outcome, `the deadline of ${deadline} ms`, { redact: redactKeys, stats }))
}
