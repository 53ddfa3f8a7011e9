import { expect } from 'chai'
import { type Allow, connectSessionHandler, type HandlerOptions } from '../lib/handler.ts'
import { ConfigurationError, createClient } from '../lib/index.ts'
import { acme, apiKey } from './support/page.ts'

const required = { client: createClient({ apiKey }), owner: () => acme }

/** The message of the error that a construction throws. */
const refusal = (options: unknown): string => {
  try {
    Reflect.apply(connectSessionHandler, undefined, [options])
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError)
    return error instanceof Error ? error.message : ''
  }
  throw new Error('expected connectSessionHandler to throw')
}

const lines = (options: unknown): readonly string[] => {
  const [first, ...rest] = refusal(options).split('\n')
  expect(first).to.equal('connectSessionHandler was given options that it cannot take:')
  return rest.map((line) => line.replace(/^ {2}- /, ''))
}

describe('The options of the handler', () => {
  const good: readonly Partial<HandlerOptions>[] = [
    {},
    { client: { create: () => Promise.reject(new Error('none')) } },
    { allow: {} },
    { allow: { categories: [], providers: [], multiple: false } },
    {
      allow: {
        categories: ['ats', 'hris-legacy'],
        providers: ['bamboohr'],
        multiple: true,
        ownsAccount: async () => true,
      },
    },
    { allow: { categories: true, providers: true } },
    { configure: async (session) => session, onError: () => {} },
    { origins: [] },
    {
      origins: [
        'https://admin.acme.example',
        'https://admin.acme.example:8443',
        'http://localhost:5173',
        'capacitor://localhost',
      ],
    },
    { maxBytes: 1 },
    { maxBytes: 1_000_000 },
    { allow: undefined, configure: undefined, origins: undefined, maxBytes: undefined, onError: undefined },
    { allow: { categories: undefined, providers: undefined, multiple: undefined, ownsAccount: undefined } },
  ]
  for (const options of good)
    it(`may be ${JSON.stringify(options)}`, () => {
      expect(connectSessionHandler({ ...required, ...options })).to.be.a('function')
    })

  const categories = 'allow.categories: expected true, or an array of known categories'
  const origins = 'origins: expected an array of origins; [0]'
  const misspelt =
    'is not written as browsers send it: scheme, host, and a port that is not the usual one; no path, no slash'
  const bad: readonly (readonly [string, object, string])[] = [
    ['no client', { client: undefined }, 'client: expected a client, such as createClient({ apiKey }), got undefined'],
    [
      'a client that cannot create',
      { client: {} },
      'client: expected a client, such as createClient({ apiKey }), got an object',
    ],
    ['no owner', { owner: undefined }, 'owner: expected a function, got undefined'],
    ['an owner that is no function', { owner: acme }, 'owner: expected a function, got an object'],
    ['allow as a list', { allow: ['categories'] }, 'allow: expected an object, got an array'],
    ['allow as true', { allow: true }, 'allow: expected an object, got a boolean'],
    ['categories as a text', { allow: { categories: 'ats' } }, `${categories}, got a string`],
    [
      'a misspelt category',
      { allow: { categories: ['ats', 'hirs'] } },
      `${categories}; [1] is none (did you mean 'hris'?)`,
    ],
    ['categories as false', { allow: { categories: false } }, `${categories}, got a boolean`],
    [
      'a blank provider',
      { allow: { providers: [' '] } },
      'allow.providers: expected true, or an array of providers; [0] is a blank string',
    ],
    ['multiple as a text', { allow: { multiple: 'yes' } }, 'allow.multiple: expected a boolean, got a string'],
    [
      'ownsAccount as a list',
      { allow: { ownsAccount: ['451'] } },
      'allow.ownsAccount: expected a function, got an array',
    ],
    [
      'a misspelt allowance',
      { allow: { catgories: ['ats'] } },
      "allow.catgories: is no option (did you mean 'allow.categories'?)",
    ],
    [
      'an allowance outside of allow',
      { ownsAccount: () => true },
      "ownsAccount: is no option (did you mean 'allow.ownsAccount'?)",
    ],
    ['an allowance like no other', { allow: { nope: 1 } }, 'allow.nope: is no option'],
    ['a misspelt option', { onerror: () => {} }, "onerror: is no option (did you mean 'onError'?)"],
    ['configure as an object', { configure: {} }, 'configure: expected a function, got an object'],
    ['onError as a text', { onError: 'log' }, 'onError: expected a function, got a string'],
    ['origins as a text', { origins: 'https://a.example' }, 'origins: expected an array of origins, got a string'],
    [
      'every origin',
      { origins: ['*'] },
      `${origins} has a *, which would let pages of strangers ask; name each origin`,
    ],
    [
      'every subdomain',
      { origins: ['https://*.acme.example'] },
      `${origins} has a *, which would let pages of strangers ask; name each origin`,
    ],
    [
      'several odd origins',
      { origins: ['https://a.example', 'b', 7] },
      'origins: expected an array of origins; [1] is no origin; [2] is a number',
    ],
    ['the origin null', { origins: ['null'] }, `${origins} is no origin`],
    ['an origin with a slash', { origins: ['https://a.example/'] }, `${origins} ${misspelt}`],
    ['an origin with a path', { origins: ['https://a.example/app'] }, `${origins} ${misspelt}`],
    ['an origin with the usual port', { origins: ['https://a.example:443'] }, `${origins} ${misspelt}`],
    ['an origin in capitals', { origins: ['https://A.example'] }, `${origins} ${misspelt}`],
    ['an origin with a user', { origins: ['https://me@a.example'] }, `${origins} ${misspelt}`],
    ['a file', { origins: ['file://'] }, `${origins} ${misspelt}`],
    ['a host', { origins: ['a.example'] }, `${origins} is no origin`],
    ['an origin that is no text', { origins: [new URL('https://a.example')] }, `${origins} is an object`],
    ...[0, -1, 1.5, 1_000_001, Number.NaN, Number.POSITIVE_INFINITY].map(
      (maxBytes) =>
        [
          `a maxBytes of ${maxBytes}`,
          { maxBytes },
          'maxBytes: expected a whole number of bytes from 1 to 1000000',
        ] as const,
    ),
    [
      'maxBytes as a text',
      { maxBytes: '10kb' },
      'maxBytes: expected a whole number of bytes from 1 to 1000000, got a string',
    ],
  ]
  for (const [title, options, says] of bad)
    it(`may not be ${title}`, () => {
      const [line = '', ...rest] = lines({ ...required, ...options })
      expect(rest).to.deep.equal([])
      if (title.startsWith('a maxBytes')) expect(line.startsWith(says)).to.equal(true)
      else expect(line).to.equal(says)
    })

  it('are refused all at once', () => {
    const wrong = { allow: { categories: ['x'], provider: [] }, origins: ['*', 'b'], maxBytes: 0, theme: 'dark' }
    expect(lines(wrong).map((line) => line.split(':')[0])).to.have.members([
      ...['client', 'owner', 'allow.categories', 'allow.provider', 'origins', 'maxBytes', 'theme'],
    ])
  })

  for (const [title, options] of [
    ['none', undefined],
    ['null', null],
    ['a text', 'options'],
    ['an array', []],
  ] as const)
    it(`may not be ${title}`, () => {
      expect(lines(options)[0]).to.match(/^expected an object of options, got /)
    })

  it('may not inherit: what a class has in its prototype would be lost', () => {
    const inherited = 'is a class instance; give its fields'
    expect(lines(Object.assign(Object.create({ maxBytes: 1 }), required))).to.deep.equal([inherited])
    const allow = Object.create({ multiple: true })
    expect(lines({ ...required, allow, maxBytes: 0 })).to.deep.equal([
      'maxBytes: expected a whole number of bytes from 1 to 1000000, got zero',
      `allow: ${inherited}`,
    ])
  })

  it('may not throw when they are read', () => {
    const trap = {
      get: () => {
        throw new Error('a trap of the test')
      },
      enumerable: true,
    }
    expect(lines(Object.defineProperty({ ...required }, 'allow', trap))).to.deep.equal(['reading it threw'])
    const allow = Object.defineProperty({}, 'categories', trap)
    expect(lines({ ...required, allow })).to.deep.equal(['allow: reading it threw'])
  })

  it('are typed: the compiler refuses what construction refuses', () => {
    // @ts-expect-error: an unknown category
    const category: Allow = { categories: ['atz'] }
    // @ts-expect-error: no owner
    const ownerless: HandlerOptions = { client: required.client }
    // @ts-expect-error: an unknown option
    const unknown: HandlerOptions = { ...required, onerror: () => {} }
    expect([category, ownerless, unknown]).to.have.length(3)
  })
})
