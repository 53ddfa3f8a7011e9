import { must } from './check-options.ts'
import { isBlank } from './guards.ts'

/** The header with the signature of a webhook. */
export const signatureHeader = 'x-stackone-signature'

export const rawBodyCheck = must(
  'a string or a Uint8Array',
  // An array of another realm is not an instance of this realm's class, so its tag is read, which costs more.
  (value) =>
    typeof value === 'string' ||
    (ArrayBuffer.isView(value) &&
      (value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]')),
  "pass the body before it is parsed, such as that of express.raw({ type: 'application/json' })",
)

/** Checks a signing secret. Messages do not contain it. */
export const signingSecret = must(
  'a non-blank string without surrounding white space',
  (value) => typeof value === 'string' && !isBlank(value) && value.trim() === value,
)

/** The part of Node, Bun and Deno that is used. Other runtimes lack it, or have a polyfill that throws. */
interface NodeCrypto {
  createHmac(hash: string, key: string): { update(data: string | Uint8Array): { digest(form: 'base64url'): string } }
}

const loadCrypto = (): NodeCrypto => Object(globalThis).process.getBuiltinModule('node:crypto')
let nodeCrypto: NodeCrypto | undefined

/** Returns the HMAC-SHA256 of a body at the time of the call, in base64url without padding. */
export const hmacOf = async (secret: string, body: string | Uint8Array): Promise<string> => {
  try {
    // Eight times as fast as Web Crypto, which uses a thread pool.
    nodeCrypto ??= loadCrypto()
    return nodeCrypto.createHmac('sha256', secret).update(body).digest('base64url')
  } catch {
    const encoder = new TextEncoder()
    const bytes = typeof body === 'string' ? encoder.encode(body) : new Uint8Array(body)
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign'])
    const signature = new Uint8Array(await crypto.subtle.sign(algorithm, key, bytes))
    const base64 = btoa(String.fromCharCode(...signature))
    return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  }
}
