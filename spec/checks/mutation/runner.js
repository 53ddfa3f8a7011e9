// A test runner for Stryker, whose mocha runner does not support mocha 12. It records which mutants each test covers, and
// runs only the covering tests against a mutant.
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { relative, resolve } from 'node:path'
import fc from 'fast-check'
import Mocha from 'mocha'

register('./loader.js', import.meta.url)

// Any counterexample kills a mutant, so shrinking is skipped.
fc.configureGlobal({ numRuns: 50, endOnFailure: true })

const specsByFile = JSON.parse(readFileSync(new URL('specs.json', import.meta.url), 'utf8'))

/** The state that Stryker shares with the instrumented code, with the names of Stryker. */
const stryker = {}
Object.assign(globalThis, { __stryker__: stryker })

const specsOf = (files) => {
  const names = files.flatMap((file) => {
    const specs = specsByFile[relative(process.cwd(), resolve(file)).replaceAll('\\', '/')]
    if (specs === undefined) throw new Error(`spec/checks/mutation/specs.json has no entry for ${file}`)
    return specs
  })
  return [...new Set(names)].map((name) => resolve('spec', `${name}.spec.ts`))
}

// Tests that share a `before` hook form one unit.
const groupOf = (suite) =>
  suite === undefined ? undefined : (groupOf(suite.parent) ?? (suite._beforeAll.length > 0 ? suite : undefined))

const suitesOf = (suite) => [suite, ...suite.suites.flatMap(suitesOf)]

/** Returns the tests of each suite, and a function from a test to the name of its unit. */
const indexTests = (mocha) => {
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

/** Loads lib and these specs again. */
const load = async (files, timeout = 10_000) => {
  const mocha = new Mocha({ timeout, bail: true, reporter: class {} })
  mocha.cleanReferencesAfterRun(false)
  for (const file of files) mocha.addFile(file)
  loads.count += 1
  const run = loads.count
  await mocha.loadFilesAsync({ esmDecorator: (file) => `${file}?run=${run}` })
  return indexTests(mocha)
}

/** Runs the tests of these units, or all, until one fails. Returns the results. */
const run = ({ mocha, tests, unitOf }, units) => {
  const wanted = units && new Set(units)
  for (const [suite, all] of tests) suite.tests = all.filter((test) => wanted?.has(unitOf(test)) ?? true)
  const results = []
  const onStart = (subject) => {
    stryker.currentTestId = unitOf(subject) ?? stryker.currentTestId
  }
  return new Promise((done) => {
    mocha
      .run(() => done(results))
      .on('suite', onStart)
      .on('test', onStart)
      .on('pass', (test) => results.push({ unit: unitOf(test), ms: test.duration ?? 0 }))
      .on('fail', (test, error) =>
        results.push({
          unit: unitOf(test) ?? test.fullTitle(),
          ms: 0,
          failure: `${test.fullTitle()}: ${error?.message}`,
          isLate: error?.code === 'ERR_MOCHA_TIMEOUT',
        }),
      )
  })
}

/** The result if lib or a spec cannot be imported. */
const loadFailure = { unit: 'loading', ms: 0, failure: 'lib or a spec cannot be loaded' }

const runner = () => {
  const loaded = new Map()
  let hasUnfinishedTest = false
  /** Loads the specs of a file without a mutant. */
  const loadedFor = (file) => {
    if (!loaded.has(file)) loaded.set(file, load(specsOf([file])))
    return loaded.get(file)
  }

  return {
    capabilities: () => ({ reloadEnvironment: true }),

    dryRun: async ({ files }) => {
      // Recording the coverage is several times slower.
      const specs = await load(specsOf(files), 60_000)
      const results = await run(specs)
      // A test that cannot run twice would appear to kill every mutant.
      const broken = [...results, ...(await run(specs))].find(({ failure }) => failure !== undefined)
      if (broken !== undefined) return { status: 'error', errorMessage: broken.failure }
      const times = new Map()
      for (const { unit, ms } of results) times.set(unit, (times.get(unit) ?? 0) + ms)
      const tests = [...times].map(([id, timeSpentMs]) => ({ id, name: id, timeSpentMs, status: 0 }))
      return { status: 'complete', tests, mutantCoverage: stryker.mutantCoverage }
    },

    mutantRun: async ({ activeMutant: { id }, sandboxFileName: file, mutantActivation, testFilter, hitLimit }) => {
      // An unfinished test could fail during another run. After this error, Stryker starts a new process.
      if (hasUnfinishedTest) throw new Error('A test of this process has not finished.')
      stryker.activeMutant = undefined
      const before = mutantActivation === 'static' ? undefined : await loadedFor(file)
      Object.assign(stryker, { activeMutant: id, hitCount: hitLimit && 0, hitLimit })
      const specs = before ?? (await load(specsOf([file])).catch(() => undefined))
      const results = specs === undefined ? [loadFailure] : await run(specs, testFilter)
      const failed = results.find(({ failure }) => failure !== undefined)
      hasUnfinishedTest = failed?.isLate === true
      return failed === undefined
        ? { status: 'survived', nrOfTests: results.length }
        : { status: 'killed', killedBy: [failed.unit], failureMessage: failed.failure, nrOfTests: results.length }
    },
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'specs', factory: Object.assign(runner, { inject: [] }) }]
