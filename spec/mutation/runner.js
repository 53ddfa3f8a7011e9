// A test runner for Stryker, whose own does not know mocha 12. It notes which mutants each test runs, and then runs
// against a mutant only those of its judges that do, in one process after another's.
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { relative, resolve } from 'node:path'
import fc from 'fast-check'
import Mocha from 'mocha'

register('./loader.js', import.meta.url)

// One counterexample kills a mutant; the smallest takes longer to find.
fc.configureGlobal({ numRuns: 50, endOnFailure: true })

const judges = JSON.parse(readFileSync(new URL('judges.json', import.meta.url), 'utf8'))

/** What Stryker and the instrumented lib tell each other, by Stryker's names. */
const stryker = {}
Object.assign(globalThis, { __stryker__: stryker })

const judgesOf = (files) => {
  const names = files.flatMap((file) => {
    const found = judges[relative(process.cwd(), resolve(file)).replaceAll('\\', '/')]
    if (found === undefined) throw new Error(`spec/mutation/judges.json names no judge of ${file}`)
    return found
  })
  return [...new Set(names)].map((name) => resolve('spec', `${name}.spec.ts`))
}

// What a suite does before its tests is done for all of them, so that they are taken together.
const groupOf = (suite) =>
  suite === undefined ? undefined : (groupOf(suite.parent) ?? (suite._beforeAll.length > 0 ? suite : undefined))

const suitesOf = (suite) => [suite, ...suite.suites.flatMap(suitesOf)]

/** The tests of each suite, and the name of what they are told apart by. */
const catalogue = (mocha) => {
  const tests = new Map(suitesOf(mocha.suite).map((suite) => [suite, suite.tests]))
  const units = new Map()
  const names = new Map()
  for (const subject of [...tests.values()].flat().map((test) => groupOf(test.parent) ?? test)) {
    if (units.has(subject)) continue
    const name = `${relative(process.cwd(), subject.file)}: ${subject.fullTitle()}`
    const number = (names.get(name) ?? 0) + 1
    names.set(name, number)
    units.set(subject, number === 1 ? name : `${name} (${number})`)
  }
  return { mocha, tests, unitOf: (test) => units.get(groupOf(test.parent) ?? test) ?? units.get(test) }
}

const loads = { count: 0 }

/** Loads lib and these specs, whatever was loaded before. */
const load = async (files, timeout = 10_000) => {
  const mocha = new Mocha({ timeout, bail: true, reporter: class {} })
  mocha.cleanReferencesAfterRun(false)
  for (const file of files) mocha.addFile(file)
  loads.count += 1
  const run = loads.count
  await mocha.loadFilesAsync({ esmDecorator: (file) => `${file}?run=${run}` })
  return catalogue(mocha)
}

/** Runs the tests of these units, or all, until one fails; gives how each ended. */
const run = ({ mocha, tests, unitOf }, units) => {
  const wanted = units && new Set(units)
  for (const [suite, all] of tests) suite.tests = all.filter((test) => wanted?.has(unitOf(test)) ?? true)
  const ended = []
  const begin = (subject) => {
    stryker.currentTestId = unitOf(subject) ?? stryker.currentTestId
  }
  return new Promise((done) => {
    mocha
      .run(() => done(ended))
      .on('suite', begin)
      .on('test', begin)
      .on('pass', (test) => ended.push({ unit: unitOf(test), ms: test.duration ?? 0 }))
      .on('fail', (test, error) =>
        ended.push({
          unit: unitOf(test) ?? test.fullTitle(),
          ms: 0,
          failure: `${test.fullTitle()}: ${error?.message}`,
          isLate: error?.code === 'ERR_MOCHA_TIMEOUT',
        }),
      )
  })
}

/** A mutant that lib cannot even be imported with. */
const unloadable = { unit: 'loading', ms: 0, failure: 'lib, or a spec of it, cannot be loaded' }

const runner = () => {
  const loaded = new Map()
  let isSpoiled = false
  /** Specs that were loaded without a mutant. */
  const loadedFor = (file) => {
    if (!loaded.has(file)) loaded.set(file, load(judgesOf([file])))
    return loaded.get(file)
  }

  return {
    capabilities: () => ({ reloadEnvironment: true }),

    dryRun: async ({ files }) => {
      // To note what each test runs takes several times as long as to run it.
      const specs = await load(judgesOf(files), 60_000)
      const ended = await run(specs)
      // A test that fails when it is run once more would seem to notice every mutant.
      const broken = [...ended, ...(await run(specs))].find(({ failure }) => failure !== undefined)
      if (broken !== undefined) return { status: 'error', errorMessage: broken.failure }
      const times = new Map()
      for (const { unit, ms } of ended) times.set(unit, (times.get(unit) ?? 0) + ms)
      const tests = [...times].map(([id, timeSpentMs]) => ({ id, name: id, timeSpentMs, status: 0 }))
      return { status: 'complete', tests, mutantCoverage: stryker.mutantCoverage }
    },

    mutantRun: async ({ activeMutant: { id }, sandboxFileName: file, mutantActivation, testFilter, hitLimit }) => {
      // What did not end in time may end, or fail, in the middle of another run. Stryker then begins a new process.
      if (isSpoiled) throw new Error('a test of this process has not ended')
      stryker.activeMutant = undefined
      const before = mutantActivation === 'static' ? undefined : await loadedFor(file)
      Object.assign(stryker, { activeMutant: id, hitCount: hitLimit && 0, hitLimit })
      const specs = before ?? (await load(judgesOf([file])).catch(() => undefined))
      const ended = specs === undefined ? [unloadable] : await run(specs, testFilter)
      const found = ended.find(({ failure }) => failure !== undefined)
      isSpoiled = found?.isLate === true
      return found === undefined
        ? { status: 'survived', nrOfTests: ended.length }
        : { status: 'killed', killedBy: [found.unit], failureMessage: found.failure, nrOfTests: ended.length }
    },
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'specs', factory: Object.assign(runner, { inject: [] }) }]
