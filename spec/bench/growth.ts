// How the time grows with a chain's length and with the size of the metadata. Prints microseconds for each unit.
import { strictEqual } from 'node:assert'
import { type Session, session } from 'stackone-session'
import { median, timed } from './compare.ts'

const sizes = [1, 10, 100, 1000]
const rounds = Number(process.argv[2])
const acme = session().owner('acme-42', 'Acme Inc.')

/** The same setter again and again: the body stays as small as it is. */
const relabelled = (calls: number): string => {
  let chain: Session = acme
  for (let call = 0; call < calls; call += 1) chain = chain.label('Recruiting')
  return JSON.stringify(chain)
}

const names = Array.from({ length: 1000 }, (_, index) => `member_${index}`)

/** A new member with every call: the body grows as well. */
const extended = (calls: number): string => {
  let chain: Session = acme
  for (let call = 0; call < calls; call += 1) chain = chain.field(names[call] ?? '', call)
  return JSON.stringify(chain)
}

/** About a kilobyte each, once it is JSON. */
const entry = { name: 'x'.repeat(600), tags: Array.from({ length: 40 }, (_, index) => `tag-${index}`), seats: 12 }
const records = new Map(
  sizes.map((size) => [size, Object.fromEntries(Array.from({ length: size }, (_, key) => [`k${key}`, entry]))]),
)
const described = (kilobytes: number): string => JSON.stringify(acme.metadata(records.get(kilobytes) ?? {}))

strictEqual(JSON.parse(relabelled(1000)).label, 'Recruiting')
strictEqual(Object.keys(JSON.parse(extended(1000))).length, 1002)
strictEqual(Math.round(described(1000).length / 50_000), 20)

/** About as much work for every size, so that each is timed over a few milliseconds. */
const perUnit = (work: (size: number) => unknown, size: number): number => {
  const run = timed(() => work(size), Math.max(1, Math.round(2000 / size)))
  for (let round = 0; round < 5; round += 1) run() // not counted: the compiler warms up
  return median(Array.from({ length: rounds }, run)) / size
}

const curve = (work: (size: number) => unknown) => sizes.map((size) => ({ size, each: perUnit(work, size) }))

process.stdout.write(JSON.stringify({ setter: curve(relabelled), member: curve(extended), metadata: curve(described) }))
