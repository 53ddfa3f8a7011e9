import { expect } from 'chai'
import { ConfigurationError } from '../../lib/errors.ts'
import {
  arrayOf,
  type Check,
  checkOptions,
  integerBetween,
  must,
  mustShown,
  ofType,
  oneOf,
  optionsOf,
} from '../../lib/util/check-options.ts'
import { itEach } from '../support/it-each.ts'

const isText = (value: unknown): boolean => typeof value === 'string'

const allow = optionsOf({ multiple: ofType('boolean'), names: arrayOf(must('a string', isText)) })

const check = optionsOf(
  {
    baseUrl: must('an absolute URL', isText, 'add https://'),
    retries: integerBetween(0, 20),
    timeout: integerBetween(1, 60_000, ' (milliseconds)'),
    onEvent: ofType('function'),
    mode: oneOf(['fast', 'safe']),
    allow,
  },
  { required: ['baseUrl'], aliases: { baseUrl: ['serverURL'] } },
)

const baseUrl = 'https://api.example'

/** The problems of options, formatted as in messages. */
const problems = (options: unknown, checks: Check = check): readonly string[] =>
  checks(options, '').map(
    ({ path, message, hint }) => `${path && `${path}: `}${message}${hint === undefined ? '' : ` (${hint})`}`,
  )

describe('Checking options', () => {
  it('accepts valid options, and undefined for those that are not required', () => {
    const options = { baseUrl, retries: 0, timeout: 60_000, onEvent: () => {}, mode: 'safe', allow: { names: ['a'] } }
    expect(problems(options)).to.deep.equal([])
    expect(problems({ baseUrl, retries: undefined, zebra: undefined })).to.deep.equal([])
  })

  const rejected: readonly (readonly [string, object, string])[] = [
    ['a value of another type', { onEvent: 7 }, 'onEvent: must be a function, got a number'],
    ['a value with a hint', { baseUrl: 7 }, 'baseUrl: must be an absolute URL, got a number (add https://)'],
    ['an integer below its range', { retries: -1 }, 'retries: must be an integer from 0 to 20, got -1'],
    ['an integer above its range', { retries: 21 }, 'retries: must be an integer from 0 to 20, got 21'],
    ['a fraction', { timeout: 1.5 }, 'timeout: must be an integer from 1 to 60000 (milliseconds), got 1.5'],
    ['a number as a string', { retries: '3' }, 'retries: must be an integer from 0 to 20, got a string'],
    ['a misspelled choice', { mode: 'fats' }, "mode: must be one of 'fast', 'safe', got 'fats' (did you mean 'fast'?)"],
    ['a choice that is not a string', { mode: 7 }, "mode: must be one of 'fast', 'safe', got 7"],
    ['an entry of an array', { allow: { names: ['a', 7] } }, 'allow.names[1]: must be a string, got a number'],
    ['a string for an array', { allow: { names: 'a' } }, 'allow.names: must be an array, got a string'],
    ['an array for nested options', { allow: [] }, 'allow: must be an object, got an array'],
    ['a class instance', { allow: new Map() }, 'allow: must be a plain object, got a class instance'],
    [
      'an AbortController',
      { allow: new AbortController() },
      'allow: must be a plain object, got a class instance (pass { signal: controller.signal })',
    ],
  ]
  itEach('rejects invalid options, with their paths', rejected, ([, options, problem]) => {
    expect(problems({ baseUrl, ...options })).to.deep.equal([problem])
  })

  it('rejects missing required options, including those that are undefined', () => {
    for (const options of [{}, { baseUrl: undefined }])
      expect(problems(options)).to.deep.equal(['baseUrl: is required'])
  })

  const unknown: readonly (readonly [string, object, string])[] = [
    ['the closest option', { retry: 1 }, "'retry' (did you mean 'retries'?)"],
    ['the closest nested option', { allow: { multipel: true } }, "'allow.multipel' (did you mean 'multiple'?)"],
    ['the option for a name of another library', { serverURL: 'a' }, "'serverURL' (use 'baseUrl')"],
    ['all options', { zebra: 1 }, "'zebra' (the options are baseUrl, retries, timeout, onEvent, mode, allow)"],
  ]
  itEach('suggests an option for an unknown one', unknown, ([, options, problem]) => {
    expect(problems({ baseUrl, ...options })).to.deep.equal([`unknown option ${problem}`])
  })

  it('does not mistake the names of Object.prototype for options', () => {
    const options: object = JSON.parse('{ "baseUrl": "", "__proto__": 1, "constructor": 1, "toString": 1 }')
    expect(problems(options).map((problem) => problem.replace(/ \(.*/, ''))).to.deep.equal([
      "unknown option '__proto__'",
      "unknown option 'constructor'",
      "unknown option 'toString'",
    ])
  })

  it('never repeats a value, unless the check shows it', () => {
    const isValid = (): boolean => false
    expect(problems('sesame', must('a URL', isValid))).to.deep.equal(['must be a URL, got a string'])
    expect(problems('sesame', mustShown('a URL', isValid))).to.deep.equal(["must be a URL, got 'sesame'"])
  })
})

describe('checkOptions', () => {
  it('throws one ConfigurationError that lists all problems', () => {
    expect(() => checkOptions({ retries: -1, zebra: 1 }, check, 'createClient')).to.throw(
      ConfigurationError,
      [
        'Invalid options for createClient:',
        '  - retries: must be an integer from 0 to 20, got -1',
        "  - unknown option 'zebra' (the options are baseUrl, retries, timeout, onEvent, mode, allow)",
        '  - baseUrl: is required',
      ].join('\n'),
    )
  })

  it('returns a copy without the undefined options', () => {
    const given = { baseUrl, retries: undefined }
    const options = checkOptions(given, check, 'createClient')
    expect(Object.keys(options)).to.deep.equal(['baseUrl'])
    given.baseUrl = 'https://another.example'
    expect(options.baseUrl).to.equal(baseUrl)
  })

  it('returns an object that inherits nothing, so that a polluted prototype sets no option', () => {
    const options = checkOptions<{ baseUrl: string; retries?: number }>({ baseUrl }, check, 'createClient')
    Object.defineProperty(Object.prototype, 'retries', { value: 7, configurable: true })
    try {
      expect(options.retries).to.equal(undefined)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'retries')
    }
  })
})
