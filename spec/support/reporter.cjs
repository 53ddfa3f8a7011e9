const { reporters, Runner } = require('mocha')

const specsPerDot = 20

/** Prints a dot for every twenty specs, then the failures in full, with the seed. */
module.exports = class extends reporters.Base {
  constructor(runner, options) {
    super(runner, options)
    const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_RUN_END } = Runner.constants
    let passed = 0
    runner.on(EVENT_TEST_PASS, () => {
      passed += 1
      if (passed % specsPerDot === 0) process.stdout.write('.')
    })
    runner.on(EVENT_TEST_FAIL, () => process.stdout.write('!'))
    runner.once(EVENT_RUN_END, () => {
      process.stdout.write('\n')
      this.epilogue()
      if (this.failures.length > 0) console.log(`To run in the same order: SEED=${process.env.SEED} npm test\n`)
    })
  }
}
