/** What is printed in place of a secret. */
export const mask = '[secret]'

/** Members of the API that are secrets, in either spelling. */
const secretNames = /^(token|auth_?link_?url|external_?trigger_?token)$/i

// A secret may come back escaped for a URL, or without the padding of base64.
const variantsOf = (secret: string): readonly string[] => {
  const bare = secret.replace(/=+$/, '')
  return [secret, bare, encodeURIComponent(bare), bare.replaceAll('/', '\\/')]
}

/** Masks each of the secrets in a text, wherever it stands. */
export type Redact = (text: string) => string

export const redactor = (secrets: readonly string[]): Redact => {
  const found = [...new Set(secrets.flatMap(variantsOf))].filter((secret) => secret.length > 0)
  // The longest first, or the tail of one secret would stay behind another that it contains.
  const longestFirst = found.sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((masked, secret) => masked.replaceAll(secret, mask), text)
}

/**
 * Masks secrets in a JSON value: known ones by their text, in keys as well, and what the API's secret members hold.
 *
 * The value must be of bounded depth, as a snapshot is.
 */
export const redactJson = (value: unknown, redact: Redact): unknown => {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((entry) => redactJson(entry, redact))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      redact(key),
      secretNames.test(key) && typeof member === 'string' ? mask : redactJson(member, redact),
    ]),
  )
}

/**
 * Makes every way of printing a value mask its secrets: the members of these names, and their texts wherever they stand.
 *
 * The members themselves, and JSON.stringify, still give them whole. The hook is not enumerable, so that a comparison
 * of values does not see it.
 */
export const printMasked = <A extends object>(value: A): A => {
  // The members themselves are masked by name; a short text would be found in innocent words.
  const secrets = Object.entries(value).flatMap(([key, member]) =>
    secretNames.test(key) && typeof member === 'string' && member.length >= 8 ? [member] : [],
  )
  const print = (): unknown => redactJson(value, redactor(secrets))
  return Object.defineProperty(value, Symbol.for('nodejs.util.inspect.custom'), { value: print })
}
