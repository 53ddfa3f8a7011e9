import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { format, type InspectOptions, inspect } from 'node:util'
import { tryGet } from '../../lib/util/guards.ts'

// Built-in functions hold nothing of the library, and lead to the whole realm.
const isNative = (value: object): boolean =>
  typeof value === 'function' && /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(value))

/**
 * Returns everything that is reachable from a value: properties, including symbols and those that are not enumerable,
 * the results of getters, also of the prototypes, entries of collections, property names and sources of functions.
 *
 * @param stop the values that are not entered
 */
export const reachable = (root: unknown, stop: ReadonlySet<unknown> = new Set()): ReadonlySet<unknown> => {
  const found = new Set<unknown>()
  const queue: unknown[] = [root]
  const visit = (value: object): void => {
    for (let holder: object | null = value; holder !== null; holder = Reflect.getPrototypeOf(holder)) {
      const from = holder
      for (const key of Reflect.ownKeys(from)) {
        const property = Reflect.getOwnPropertyDescriptor(from, key)
        queue.push(String(key), property?.get ? tryGet(() => Reflect.get(from, key, value)) : property?.value)
      }
      queue.push(from)
    }
    if (typeof value === 'function') queue.push(String(value))
    if (value instanceof Date) queue.push(String(tryGet(() => value.toISOString())))
    if (ArrayBuffer.isView(value)) queue.push(Buffer.from(value.buffer).toString('latin1'))
    if (value instanceof Map || value instanceof Set || value instanceof Headers) queue.push(...value)
  }
  while (queue.length > 0) {
    const value = queue.pop()
    if (found.has(value) || stop.has(value)) continue
    found.add(value)
    if (found.size > 100_000) throw new Error('more than 100,000 values are reachable')
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') if (!isNative(value)) visit(value)
  }
  return found
}

const reachableText = (value: unknown): string =>
  [...reachable(value)].filter((text) => typeof text === 'string' || typeof text === 'number').join('\n')

const logged = (log: (console: Console) => void): string => {
  const chunks: string[] = []
  const sink = new Writable({
    write: (chunk, _, done) => {
      chunks.push(String(chunk))
      done()
    },
  })
  log(new Console({ stdout: sink, stderr: sink, colorMode: false }))
  return chunks.join('')
}

const everything: InspectOptions = {
  depth: Number.POSITIVE_INFINITY,
  maxArrayLength: null,
  maxStringLength: null,
  showHidden: true,
  showProxy: true,
  getters: true,
}

/** A way to convert a value to text. */
export interface Way {
  readonly name: string
  readonly print: (value: unknown) => string
}

/** The usual ways to print a value. */
export const printings: readonly Way[] = [
  { name: 'console.log', print: (value) => logged((console) => console.log(value)) },
  { name: 'console.error after a text', print: (value) => logged((console) => console.error('failed', value)) },
  { name: 'console.assert', print: (value) => logged((console) => console.assert(false, value)) },
  { name: 'inspect', print: (value) => inspect(value) },
  { name: 'inspect, without depth', print: (value) => inspect(value, { depth: -1 }) },
  { name: 'inspect, depth Infinity', print: (value) => inspect(value, { depth: Number.POSITIVE_INFINITY }) },
  { name: 'inspect, showProxy', print: (value) => inspect(new Proxy(Object(value), {}), { showProxy: true }) },
  { name: 'inspect, everything', print: (value) => inspect(value, everything) },
  { name: 'inspect, colored', print: (value) => inspect(value, { ...everything, colors: true }) },
  { name: 'inspect, in an array', print: (value) => inspect([[[value]]], everything) },
  { name: 'inspect, in a map', print: (value) => inspect(new Map([[value, value]]), everything) },
  { name: 'inspect, as a cause', print: (value) => inspect(new Error('wrapped', { cause: value }), everything) },
  { name: 'inspect, in an AggregateError', print: (value) => inspect(new AggregateError([value]), everything) },
  { name: 'inspect, in a promise', print: (value) => inspect(Promise.resolve([value]), everything) },
  { name: '%o', print: (value) => format('%o', value) },
  { name: '%O', print: (value) => format('%O', value) },
  { name: '%s', print: (value) => format('%s', value) },
  { name: '%d, %i, %f', print: (value) => format('%d %i %f', value, value, value) },
  { name: 'String', print: (value) => String(tryGet(() => String(value))) },
  { name: 'a template', print: (value) => String(tryGet(() => `${value}`)) },
  { name: 'toString of Object', print: (value) => Object.prototype.toString.call(value) },
]

const cloned = (value: unknown): unknown => tryGet(() => structuredClone(value))

const json = (value: unknown): string => String(tryGet(() => JSON.stringify(value)))

/** The ways that show everything that a value holds. */
export const dumps: readonly Way[] = [
  { name: 'console.dir', print: (value) => logged((console) => console.dir(value, everything)) },
  { name: 'console.dir, without options', print: (value) => logged((console) => console.dir(value)) },
  { name: 'console.table', print: (value) => logged((console) => console.table(value)) },
  { name: 'inspect, customInspect off', print: (value) => inspect(value, { ...everything, customInspect: false }) },
  { name: '%j', print: (value) => String(tryGet(() => format('%j', value))) },
  { name: 'JSON.stringify', print: json },
  { name: 'JSON.stringify, in an object', print: (value) => json({ error: value, errors: [value] }) },
  { name: 'JSON.stringify, as a cause', print: (value) => json({ ...new Error('wrapped', { cause: value }) }) },
  { name: 'toJSON', print: (value) => inspect(tryGet(() => Reflect.get(Object(value), 'toJSON').call(value))) },
  { name: 'entries', print: (value) => inspect(Object.entries(Object(value)), everything) },
  { name: 'a spread', print: (value) => inspect({ ...Object(value) }, everything) },
  { name: 'structuredClone', print: (value) => inspect(cloned(value), everything) },
  { name: 'message', print: (value) => String(tryGet(() => Reflect.get(Object(value), 'message'))) },
  { name: 'stack', print: (value) => String(tryGet(() => Reflect.get(Object(value), 'stack'))) },
  { name: 'everything reachable', print: reachableText },
]

const character = (code: string): string => String.fromCodePoint(Number.parseInt(code, 16))

/** Removes URL and JSON escapes and white space, as a reader would. */
const unescaped = (text: string): string =>
  text
    .replace(/\\?\\u([\da-f]{4})/gi, (_, code: string) => character(code))
    .replace(/%([\da-f]{2})/gi, (_, code: string) => character(code))
    .replace(/[\s\\]+/g, '')

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Returns the texts that reveal a secret: itself, its longest part, and its base64 without the last characters. */
const needlesOf = (secret: string): readonly string[] => {
  const encoded = base64(`${secret}:`)
  // The last characters of base64 depend on what follows.
  const common = encoded.slice(0, Math.floor(secret.length / 3) * 4)
  const [longest = secret] = secret.split(/[^\w]/).sort((a, b) => b.length - a.length)
  return [secret, longest, common, common.replaceAll('+', '-').replaceAll('/', '_')]
}

/** Returns the names of the ways in which a value shows one of the secrets. */
export const showing = (value: unknown, secrets: readonly string[], ways: readonly Way[]): readonly string[] => {
  const needles = secrets.flatMap(needlesOf)
  return ways
    .filter(({ print }) => {
      const text = print(value)
      const plain = unescaped(text)
      return needles.some((needle) => text.includes(needle) || plain.includes(needle))
    })
    .map(({ name }) => name)
}
