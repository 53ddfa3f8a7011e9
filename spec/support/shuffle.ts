import { createHash } from 'node:crypto'
import { config } from 'chai'
import type { Context, Suite, Test } from 'mocha'

// The differences between long arrays are shown in full.
config.truncateThreshold = 0

// Mocha sends SIGTERM to a worker that takes over a second to exit. Writing its coverage can take longer.
if (process.env['NODE_V8_COVERAGE'] !== undefined && process.send !== undefined) process.on('SIGTERM', () => {})

// Set before mocha starts its workers, which inherit the environment.
process.env['SEED'] ??= String(Math.floor(Math.random() * 1_000_000))
const seed = process.env['SEED']

const place = ({ title }: Suite | Test): string => createHash('sha1').update(`${seed} ${title}`).digest('hex')

/** Sorts by a hash of the seed and the title, so that the order does not depend on which other files run. */
const shuffled = <A extends Suite | Test>(items: readonly A[]): A[] =>
  items
    .map((item) => ({ item, at: place(item) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ item }) => item)

const shuffle = (suite: Suite): void => {
  suite.tests = shuffled(suite.tests)
  suite.suites = shuffled(suite.suites)
  for (const each of suite.suites) shuffle(each)
}

/** Runs suites and tests in a random order. The reporter prints the seed if one fails. */
export const mochaHooks = {
  beforeAll(this: Context) {
    const root = this.test?.parent
    if (root !== undefined) shuffle(root)
  },
}
