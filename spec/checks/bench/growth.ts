// Measures how time grows with the length of a chain and the size of its metadata. Prints microseconds per unit.
import { strictEqual } from 'node:assert'
import { type Session, session } from 'stackone-session'
import { median, timed } from './compare.ts'

const sizes = [1, 10, 100, 1000]
const rounds = Number(process.argv[2])
const acme = session().owner('acme-42', 'Acme Inc.')

/** Calls the same setter repeatedly: the body stays small. */
const repeatSetter = (calls: number): string => {
  let chain: Session = acme
  for (let call = 0; call < calls; call += 1) chain = chain.label('Recruiting')
  return JSON.stringify(chain)
}

const names = Array.from({ length: 1000 }, (_, index) => `field_${index}`)

/** Adds a new field with each call: the body grows too. */
const addFields = (calls: number): string => {
  let chain: Session = acme
  for (let call = 0; call < calls; call += 1) chain = chain.field(names[call] ?? '', call)
  return JSON.stringify(chain)
}

/** About one kilobyte as JSON. */
const entry = { name: 'x'.repeat(600), tags: Array.from({ length: 40 }, (_, index) => `tag-${index}`), seats: 12 }
const records = new Map(
  sizes.map((size) => [size, Object.fromEntries(Array.from({ length: size }, (_, key) => [`k${key}`, entry]))]),
)
const withMetadata = (kilobytes: number): string => JSON.stringify(acme.metadata(records.get(kilobytes) ?? {}))

strictEqual(JSON.parse(repeatSetter(1000)).label, 'Recruiting')
strictEqual(Object.keys(JSON.parse(addFields(1000))).length, 1002)
strictEqual(Math.round(withMetadata(1000).length / 50_000), 20)

/** Repeats small sizes more often, so that each measurement takes a few milliseconds. */
const perUnit = (work: (size: number) => unknown, size: number): number => {
  const run = timed(() => work(size), Math.max(1, Math.round(2000 / size)))
  for (let round = 0; round < 5; round += 1) run() // warm-up
  return median(Array.from({ length: rounds }, run)) / size
}

const curve = (work: (size: number) => unknown) => sizes.map((size) => ({ size, each: perUnit(work, size) }))

process.stdout.write(
  JSON.stringify({ setter: curve(repeatSetter), field: curve(addFields), metadata: curve(withMetadata) }),
)
