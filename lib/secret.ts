import { isObject } from './codec.ts'

/** What is printed in place of a secret. */
export const mask = '[secret]'

/** Members of the API that are secrets, in either spelling. */
const secretNames = /^(token|auth_?link_?url|external_?trigger_?token)$/i

/** Masks each of the secrets in a text, wherever and however it stands. */
export type Redact = (text: string) => string

/** Undoes the escapes of HTML that could be any character. */
export const unescaped = (text: string): string =>
  text
    .replace(/&amp;/gi, '&')
    .replace(/&#(?:x0*([\da-f]{1,4})|0*(\d{1,5}));/gi, (_, hex, decimal) =>
      String.fromCharCode(hex === undefined ? decimal : Number.parseInt(hex, 16)),
    )

// What is left of a text without its markup, escapes and punctuation.
const bareOf = (text: string): string =>
  unescaped(text)
    .replace(/(?:%|\\u00)([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/<[^<>]*>|&\w+;|[^A-Za-z0-9]/g, '')

/** Escapes may be escaped once more. */
const barest = (text: string): string => bareOf(text.replace(/&amp;/gi, '&').replace(/%25/g, '%'))

// Also without the padding of base64, and as it stands in a URL or in JSON.
const formsOf = (secret: string): readonly string[] => {
  const unpadded = secret.replace(/=+$/, '')
  return [secret, unpadded, encodeURIComponent(unpadded.toWellFormed()), unpadded.replaceAll('/', '\\/')]
}

/** Shorter texts stand in innocent words: a test's key `any` in `Many`. */
const shortest = 8

// A short one counts only where it is a word of its own.
const maskIn = (text: string, secret: string): string =>
  text.replaceAll(secret, (found, at: number) => {
    const around = text.charAt(at - 1) + text.charAt(at + found.length)
    return found.length < shortest && /[A-Za-z0-9]/.test(around) ? found : mask
  })

const redactorOf = (secrets: readonly string[]): Redact => {
  const whole = [...new Set(secrets.flatMap(formsOf))]
    .filter((secret) => secret.length > 0)
    // The longest first, or the tail of one secret would stay behind another that it contains.
    .sort((a, b) => b.length - a.length)
  const bare = secrets.map(bareOf).filter(({ length }) => length >= shortest)
  return (text) => {
    const masked = whole.reduce(maskIn, text)
    if (bare.length === 0) return masked
    const rest = barest(masked)
    // Escaped, or with markup in between: then nothing of the text is shown.
    return bare.some((secret) => rest.includes(secret)) ? mask : masked
  }
}

/** The secrets are asked for when there is a text to mask: most calls have none. */
export const redactor = (secrets: () => readonly string[]): Redact => {
  let redact: Redact | undefined
  return (text) => {
    if (text === '') return text
    redact ??= redactorOf(secrets())
    return redact(text)
  }
}

/**
 * Masks secrets in a JSON value: known ones by their text, in keys as well, and what the API's secret members hold.
 *
 * The value must be of bounded depth, as a snapshot is.
 */
export const redactJson = (value: unknown, redact: Redact): unknown => {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((entry) => redactJson(entry, redact))
  if (!isObject(value) || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      redact(key),
      isSecret([key, member]) ? mask : redactJson(member, redact),
    ]),
  )
}

const isSecret = ([name, member]: readonly [string, unknown]): boolean =>
  typeof member === 'string' && secretNames.test(name)

/** How many texts are looked for: with more, looking takes too long, and a member is masked by its name anyway. */
const most = 50

// A pair for each entry of a long array would be a lot of memory, and none of them has a name.
const membersOf = (part: object): readonly (readonly [string, unknown])[] =>
  Array.isArray(part) ? part.filter(isObject).map((entry) => ['', entry]) : Object.entries(part)

/** What the secret members of a value hold, the outermost first; a short text would be found in innocent words. */
const secretTexts = (value: unknown): readonly string[] => {
  const found = new Set<string>()
  for (let level = [value].filter(isObject); level.length > 0 && found.size < most; ) {
    const members = level.flatMap(membersOf)
    for (const member of members)
      if (isSecret(member) && String(member[1]).length >= shortest) found.add(String(member[1]))
    level = members.map(([, member]) => member).filter(isObject)
  }
  return [...found].slice(0, most)
}

/** Masks what the secret members of a value hold. */
export const redactorFor = (value: unknown): Redact => redactor(() => secretTexts(value))

/**
 * A copy of a value that masks its secrets however it is printed: the members of these names, and their texts wherever
 * they stand.
 *
 * The members themselves, and JSON.stringify, still give them whole. They are getters, for console.dir goes round the
 * hook that the other ways of printing use, and shows no getter's value. The hook is not enumerable, so that a
 * comparison of values does not see it.
 */
export const printMasked = <A extends object>(value: A): A => {
  const masked = { ...value }
  for (const member of Object.entries(value))
    if (isSecret(member)) Object.defineProperty(masked, member[0], { get: () => member[1], enumerable: true })
  const print = (): unknown => redactJson(value, redactorFor(value))
  return Object.defineProperty(masked, Symbol.for('nodejs.util.inspect.custom'), { value: print })
}
