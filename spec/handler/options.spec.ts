import { expect } from 'chai'
import { type Allow, connectSessionHandler, type HandlerOptions } from '../../lib/handler/index.ts'
import { type Category, ConfigurationError, createClient } from '../../lib/index.ts'
import { itEach } from '../support/it-each.ts'
import { acme, apiKey } from '../support/page.ts'

const required = { client: createClient({ apiKey }), owner: () => acme }

/** Returns the message of the error that the construction throws. */
const messageFor = (options: unknown): string => {
  try {
    Reflect.apply(connectSessionHandler, undefined, [options])
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError)
    return error instanceof Error ? error.message : ''
  }
  throw new Error('expected connectSessionHandler to throw')
}

/** Returns the problems that the message lists. */
const problemsOf = (options: unknown): readonly string[] => {
  const [first = '', ...lines] = messageFor(options).split('\n')
  const title = 'Invalid options for connectSessionHandler:'
  expect(first.startsWith(title)).to.equal(true)
  return lines.length === 0 ? [first.slice(title.length + 1)] : lines.map((line) => line.replace(/^ {2}- /, ''))
}

describe('The options of connectSessionHandler', () => {
  const undefinedAllow = { categories: undefined, providers: undefined, multiple: undefined, ownsAccount: undefined }
  const valid: readonly Partial<HandlerOptions>[] = [
    {},
    { client: { create: () => Promise.reject(new Error('unused')) } },
    { allow: { categories: [], providers: [], multiple: false } },
    {
      allow: { categories: ['ats', 'payroll'], providers: ['bamboohr'], multiple: true, ownsAccount: async () => true },
    },
    { allow: { categories: true, providers: true } },
    { configure: async (session) => session, onSession: () => {}, onError: () => {} },
    { origins: ['https://admin.acme.example:8443', 'http://localhost:5173', 'capacitor://localhost'] },
    { maxBytes: 1, timeout: 1 },
    { maxBytes: 1_000_000, timeout: 2_147_483_647 },
    { allow: undefined, configure: undefined, origins: undefined, maxBytes: undefined, onError: undefined },
    { onSession: undefined, timeout: undefined, allow: undefinedAllow },
  ]
  itEach('accept every valid combination', valid, (options) => {
    expect(connectSessionHandler({ ...required, ...options })).to.be.a('function')
  })

  const maxBytes = 'maxBytes: must be an integer from 1 to 1000000 (bytes)'
  const timeout = 'timeout: must be an integer from 1 to 2147483647 (milliseconds)'
  const invalidOrigin = (shown: string, index = 0): string =>
    `origins[${index}]: must be an origin in lower case, such as 'https://app.acme.example', without a path or a default port, got ${shown}`
  const invalid: readonly (readonly [string, object, ...(readonly string[])])[] = [
    ['a missing client', { client: undefined }, 'client: is required'],
    [
      'a client without a create method',
      { client: {} },
      'client: must be a client, such as createClient({ apiKey }), got an object',
    ],
    ['a missing owner', { owner: undefined }, 'owner: is required'],
    ['an object as owner', { owner: acme }, 'owner: must be a function, got an object'],
    ['an array as allow', { allow: ['categories'] }, 'allow: must be an object, got an array'],
    [
      'a string as categories',
      { allow: { categories: 'ats' } },
      'allow.categories: must be true or an array, got a string',
    ],
    [
      'false as categories',
      { allow: { categories: false } },
      'allow.categories: must be true or an array, got a boolean',
    ],
    [
      'a blank category and a number as one',
      { allow: { categories: ['ats', ' ', 7] } },
      'allow.categories[1]: must be a non-blank string, got a blank string',
      'allow.categories[2]: must be a non-blank string, got a number',
    ],
    [
      'a blank provider',
      { allow: { providers: [' '] } },
      'allow.providers[0]: must be a non-blank string, got a blank string',
    ],
    ['a string as multiple', { allow: { multiple: 'yes' } }, 'allow.multiple: must be a boolean, got a string'],
    [
      'an array as ownsAccount',
      { allow: { ownsAccount: ['451'] } },
      'allow.ownsAccount: must be a function, got an array',
    ],
    [
      'an unknown option in allow',
      { allow: { nope: 1 } },
      "unknown option 'allow.nope' (the options are categories, providers, multiple, ownsAccount)",
    ],
    ['an option of allow at the top level', { ownsAccount: () => true }, "unknown option 'ownsAccount' (use 'allow')"],
    ['a misspelled option', { onerror: () => {} }, "unknown option 'onerror' (did you mean 'onError'?)"],
    [
      'an unknown option',
      { zebra: 1 },
      "unknown option 'zebra' (the options are client, owner, allow, configure, onSession, origins, maxBytes, timeout, onError)",
    ],
    ['a string as origins', { origins: 'https://a.example' }, 'origins: must be an array, got a string'],
    ['a wildcard in an origin', { origins: ['https://*.acme.example'] }, invalidOrigin("'https://*.acme.example'")],
    [
      'several invalid origins',
      { origins: ['https://a.example', 'b', 7] },
      invalidOrigin("'b'", 1),
      invalidOrigin('7', 2),
    ],
    ['the origin null', { origins: ['null'] }, invalidOrigin("'null'")],
    ['an origin with a slash', { origins: ['https://a.example/'] }, invalidOrigin("'https://a.example/'")],
    ['an origin with a path', { origins: ['https://a.example/app'] }, invalidOrigin("'https://a.example/app'")],
    ['an origin with a default port', { origins: ['https://a.example:443'] }, invalidOrigin("'https://a.example:443'")],
    ['an origin in upper case', { origins: ['https://A.example'] }, invalidOrigin("'https://A.example'")],
    ['an origin with a user', { origins: ['https://me@a.example'] }, invalidOrigin("'https://me@a.example'")],
    ['the origin of a file', { origins: ['file://'] }, invalidOrigin("'file://'")],
    ['a URL object as an origin', { origins: [new URL('https://a.example')] }, invalidOrigin('an object')],
    ...[0, 1.5, 1_000_001].map(
      (value) => [`${value} as maxBytes`, { maxBytes: value }, `${maxBytes}, got ${value}`] as const,
    ),
    ...[0, 0.5, 2_147_483_648].map(
      (value) => [`${value} as timeout`, { timeout: value }, `${timeout}, got ${value}`] as const,
    ),
    ...['configure', 'onSession', 'onError'].map(
      (name) => [`an object as ${name}`, { [name]: {} }, `${name}: must be a function, got an object`] as const,
    ),
  ]
  itEach('reject invalid options, with the path of each', invalid, ([, options, ...problems]) => {
    expect(problemsOf({ ...required, ...options })).to.deep.equal(problems)
  })

  it('report all problems together', () => {
    const options = { allow: { categories: [1], provider: [] }, origins: ['*', 'b'], maxBytes: 0, theme: 'dark' }
    expect(problemsOf(options).map((problem) => problem.split(/: | \(/)[0])).to.have.members([
      ...['client', 'owner', 'allow.categories[0]', "unknown option 'allow.provider'"],
      ...['origins[0]', 'origins[1]', 'maxBytes', "unknown option 'theme'"],
    ])
  })

  it('reject class instances, whose inherited options would be ignored', () => {
    const instance = 'must be a plain object, got a class instance'
    expect(problemsOf(Object.assign(Object.create({ maxBytes: 1 }), required))).to.deep.equal([instance])
    expect(problemsOf({ ...required, allow: Object.create({ multiple: true }) })).to.deep.equal([`allow: ${instance}`])
  })

  it('have types that reject a missing owner and an unknown option', () => {
    const list: Category[] = ['ats']
    const allow: Allow = { categories: [...list, 'payroll'] }
    // @ts-expect-error: the owner is missing
    const ownerless: HandlerOptions = { client: required.client }
    // @ts-expect-error: the option is unknown
    const unknown: HandlerOptions = { ...required, onerror: () => {} }
    expect([allow, ownerless, unknown]).to.have.length(3)
  })
})
