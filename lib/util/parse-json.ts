import { tryGet } from './guards.ts'

/** Parses JSON; returns undefined for any other text. */
export const parseJson = (text: string): unknown => tryGet(() => JSON.parse(text.trim()))

let utf8: TextDecoder | undefined

/** Parses JSON in UTF-8; returns undefined for any other bytes. */
export const parseJsonBytes = (bytes: Uint8Array): unknown => {
  utf8 ??= new TextDecoder('utf-8', { fatal: true }) // expensive, so not at import and not for each body
  const decoder = utf8
  return tryGet(() => JSON.parse(decoder.decode(bytes)))
}
