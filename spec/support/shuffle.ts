import { createHash } from 'node:crypto'
import type { Context, Suite, Test } from 'mocha'

// Set before mocha begins its other processes, which get it with the environment.
process.env['SEED'] ??= String(Math.floor(Math.random() * 1_000_000))
const seed = process.env['SEED']

const place = ({ title }: Suite | Test): string => createHash('sha1').update(`${seed} ${title}`).digest('hex')

/** In an order that the seed and the titles decide alone, whatever else runs beside them. */
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

const hasFailed = ({ tests, suites }: Suite): boolean =>
  tests.some(({ state }) => state === 'failed') || suites.some(hasFailed)

/** Runs the suites, and the tests of each, in another order every time, and tells the order of what failed. */
export const mochaHooks = {
  beforeAll(this: Context) {
    const root = this.test?.parent
    if (root !== undefined) shuffle(root)
  },
  afterAll(this: Context) {
    const root = this.test?.parent
    if (root !== undefined && hasFailed(root)) console.error(`The order of this run again: SEED=${seed} npm test`)
  },
}
