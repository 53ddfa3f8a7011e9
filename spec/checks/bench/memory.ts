// Measures the memory of 100,000 sessions derived from one base, or of equal plain objects. Prints bytes per session.
// Requires --expose-gc.
import { deepStrictEqual } from 'node:assert'
import { type ConnectSessionCreate, session } from 'stackone-session'

const count = 100_000
const categories: ConnectSessionCreate['categories'] = ['ats', 'hris']
const metadata = { plan: 'pro', seats: 12, region: 'eu' }

const base = session().provider('bamboohr').categories('ats', 'hris').expiresIn(3600).metadata(metadata).multiple()

/** Both kinds need these strings, so they are not counted. */
const names = Array.from({ length: count }, (_, index) => [`customer-${index}`, `Customer ${index}`] as const)

const asSession = ([id, name]: readonly [string, string]) => base.owner(id, name)
/** The smallest equal object: shared values are shared, and a spread would take more. */
const asObject = ([originOwnerId, originOwnerName]: readonly [string, string]): ConnectSessionCreate => ({
  originOwnerId,
  originOwnerName,
  provider: 'bamboohr',
  categories,
  expiresIn: 3600,
  metadata,
  multiple: true,
})

const heap = (): number => {
  for (let round = 0; round < 4; round += 1) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const measure = <A>(make: (name: readonly [string, string]) => A): number => {
  names.slice(0, 100).map(make) // warm-up: hidden classes and compiled code are not counted
  const kept: A[] = new Array(count)
  const before = heap()
  for (const [index, name] of names.entries()) kept[index] = make(name)
  const grown = heap() - before
  if (kept.at(-1) === undefined) throw new Error('No session was created.')
  return grown / count
}

if (globalThis.gc === undefined) throw new Error('Run this file with --expose-gc.')
const decoded = asSession(['acme-42', 'Acme Inc.']).decode()
deepStrictEqual(decoded._tag === 'Right' && { ...decoded.right }, asObject(['acme-42', 'Acme Inc.']))
process.stdout.write(JSON.stringify(process.argv[2] === 'sessions' ? measure(asSession) : measure(asObject)))
