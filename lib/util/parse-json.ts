/** Parses JSON; returns undefined for any other text. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text.trim())
  } catch {
    return undefined
  }
}
