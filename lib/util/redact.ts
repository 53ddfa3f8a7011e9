import { isObject, ownValue, tryGet } from './guards.ts'

export const mask = '[secret]'

export type Redact = (text: string) => string

/** Masks secrets, and removes control characters, which may split a secret and must not reach a terminal. */
export const redactText = (text: string, redact: Redact): string => {
  const masked = redact(text)
  const printable = masked.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, '')
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
  const base64 = tryGet(() => btoa(secret)) ?? '' // throws if the secret is not Latin-1
  return [secret, base64].flatMap((form) => {
    const unpadded = form.replace(/=+$/, '')
    const escaped = [unpadded.replaceAll('/', '\\/'), JSON.stringify(unpadded).slice(1, -1)]
    return [form, unpadded, encodeURIComponent(unpadded.toWellFormed()), ...escaped]
  })
}

const isSecretField = (name: string, value: unknown): value is string =>
  typeof value === 'string' && secretNames.test(name)

// A short secret counts only as a whole word.
const maskSecret = (text: string, secret: string): string =>
  text.replaceAll(secret, (found, index: number) => {
    const neighbors = text.charAt(index - 1) + text.charAt(index + found.length)
    return found.length < minLength && /[A-Za-z0-9]/.test(neighbors) ? found : mask
  })

/** Masks secrets in a JSON value of bounded depth: secret fields by their names, and known secrets everywhere. */
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
  const queue = [value] // a response may be nested deeper than the stack allows
  for (const part of queue)
    for (const [name, field] of isObject(part) && found.size < maxSecrets ? Object.entries(part) : [])
      if (isObject(field)) queue.push(field)
      else if (isSecretField(name, field) && field.length >= minLength) found.add(field)
  return [...found].slice(0, maxSecrets)
}

/** Returns a function that masks the values of the secret fields of a JSON value, and other secrets. */
export const redactorOf = (value: unknown, others: readonly string[] = []): Redact => {
  let forms: readonly string[] | undefined
  return (text) => {
    if (text === '') return text // most calls redact nothing else, and need no search for secrets
    // The longest first: a secret may contain another one.
    forms ??= [...new Set([...others, ...secretsIn(value)].flatMap(encodings))]
      .filter((form) => form !== '')
      .sort((a, b) => b.length - a.length)
    return forms.reduce(maskSecret, text)
  }
}

const inspect = Symbol.for('nodejs.util.inspect.custom')

const inspection: PropertyDescriptor & ThisType<object> = {
  value() {
    return redactJson(this, redactorOf(this))
  },
}

/** Masks the secrets of an object when it is printed, but not in `JSON.stringify`. Returns the object. */
export const maskWhenPrinted = <A extends object>(value: A): A => {
  // `console.dir` ignores the inspection hook, but shows no getter's value.
  for (const name of Object.keys(value).filter((each) => secretNames.test(each))) {
    const field = ownValue(value, name)
    if (typeof field === 'string') Object.defineProperty(value, name, { get: () => field })
  }
  return Object.defineProperty(value, inspect, inspection)
}
