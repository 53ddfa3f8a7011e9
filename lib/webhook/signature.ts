/** The header with the signature. Contract section 8. */
export const signatureHeader = 'x-stackone-signature'

/**
 * 32 bytes in unpadded base64url. The last character holds four bits, so the regular expression lists the 16 that
 * encoders produce: one signature must not have several spellings.
 */
const encodedSignature = /^[\w-]{42}[AEIMQUYcgkosw048]$/

const decodeSignature = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))

const algorithm = { name: 'HMAC', hash: 'SHA-256' }

/** Returns whether a signature was made with one of the secrets for exactly these bytes. */
export const isSignedWith = async (
  secrets: readonly string[],
  body: Uint8Array<ArrayBuffer>,
  signature: string,
): Promise<boolean> => {
  if (!encodedSignature.test(signature)) return false
  const bytes = decodeSignature(signature)
  const isMadeWith = async (secret: string): Promise<boolean> => {
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['verify'])
    return crypto.subtle.verify(algorithm, key, bytes, body) // compares in constant time
  }
  return (await Promise.all(secrets.map(isMadeWith))).includes(true)
}
