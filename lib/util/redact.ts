import { isObject } from './guards.ts'

/** The text that replaces a secret. */
export const mask = '[secret]'

/** Masks secrets in a text. */
export type Redact = (text: string) => string

/** Removes control characters and those that change the direction of a text, which must not reach a terminal. */
const removeControls = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, '')

/** Masks secrets, and removes control characters, which may split a secret. */
export const redactText = (text: string, redact: Redact): string => {
  const masked = redact(text)
  const printable = removeControls(masked)
  return printable === masked ? masked : redact(printable)
}

/** The fields of the API that are secrets, in either spelling. */
const secretNames = /^(token|auth_?link_?url|external_?trigger_?token)$/i

/** Shorter values appear inside ordinary words: a test's key `any` in `many`. */
const minLength = 8

/** The secrets searched for in one response. Searching for more takes too long, and fields are masked by name anyway. */
const maxSecrets = 50

/** The forms in which a secret is masked: as sent, in base64, URL-encoded and JSON-escaped. */
const encodings = (secret: string): readonly string[] => {
  const isLatin1 = [...secret].every((character) => character <= '\xff')
  const base64 = isLatin1 ? btoa(secret) : ''
  const forms = [secret, base64].flatMap((form) => {
    const unpadded = form.replace(/=+$/, '')
    return [form, unpadded, encodeURIComponent(unpadded.toWellFormed()), unpadded.replaceAll('/', '\\/')]
  })
  return [...forms, JSON.stringify(secret).slice(1, -1)]
}

// A short secret counts only as a whole word.
const maskSecret = (text: string, secret: string): string =>
  text.replaceAll(secret, (found, index: number) => {
    const neighbors = text.charAt(index - 1) + text.charAt(index + found.length)
    return found.length < minLength && /[A-Za-z0-9]/.test(neighbors) ? found : mask
  })

/** Returns a function that masks secrets. They are requested at the first text, since most calls have none to redact. */
export const createRedactor = (secrets: () => readonly string[]): Redact => {
  let forms: readonly string[] | undefined
  return (text) => {
    if (text === '') return text
    // The longest first: a secret may contain another one.
    forms ??= [...new Set(secrets().flatMap(encodings))]
      .filter((form) => form !== '')
      .sort((a, b) => b.length - a.length)
    return forms.reduce(maskSecret, text)
  }
}

const isSecretField = (name: string, value: unknown): value is string =>
  typeof value === 'string' && secretNames.test(name)

/** Masks secrets in a JSON value of bounded depth: by text, in names too, and by the names of secret fields. */
export const redactJson = (value: unknown, redact: Redact): unknown => {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((entry) => redactJson(entry, redact))
  if (!isObject(value) || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      redact(name),
      isSecretField(name, field) ? mask : redactJson(field, redact),
    ]),
  )
}

/** Collects the values of the secret fields of a JSON value, up to a limit. */
export const secretsIn = (value: unknown): readonly string[] => {
  const found = new Set<string>()
  // Level by level, since a response may be nested deeper than the stack allows.
  for (let level = [value].filter(isObject); level.length > 0 && found.size < maxSecrets; ) {
    for (const part of level)
      for (const [name, field] of Array.isArray(part) ? [] : Object.entries(part))
        if (isSecretField(name, field) && field.length >= minLength) found.add(field)
    level = level.flatMap((part) => Object.values(part).filter(isObject))
  }
  return [...found].slice(0, maxSecrets)
}

/** Returns a function that masks what the secret fields of a value hold. */
export const redactorOf = (value: unknown): Redact => createRedactor(() => secretsIn(value))

/**
 * Copies an object so that its secrets are masked however it is printed. The fields themselves, and `JSON.stringify`,
 * still give them.
 *
 * Secret fields become getters, since `console.dir` ignores the inspection hook but shows no getter's value.
 */
export const maskWhenPrinted = <A extends object>(value: A): A => {
  const masked = { ...value }
  for (const [name, field] of Object.entries(value))
    if (isSecretField(name, field)) Object.defineProperty(masked, name, { get: () => field, enumerable: true })
  const inspect = (): unknown => redactJson(value, redactorOf(value))
  return Object.defineProperty(masked, Symbol.for('nodejs.util.inspect.custom'), { value: inspect })
}
