/** A mistake of a user's, where the squiggle begins, and the compiler's words; every version has the same. */
interface Mistake {
  readonly title: string
  readonly code: string
  readonly at: string
  readonly says: string
}

/** What each mistake stands below. */
export const head = `import { createClient, session } from 'stackone-session'
const client = createClient()
const owned = session().owner('acme-42', 'Acme Inc.')
export const done = [client, owned]
`

// In the order of the alphabet: versions differ in the order of a union, and in nothing else.
const categories = [
  ...['accounting', 'ats', 'crm', 'documents', 'hris', 'hris-legacy', 'hrisLegacy', 'iam', 'lms', 'marketing'],
  ...['messaging', 'scheduling', 'screening', 'stackOne', 'stackone', 'ticketing'],
]
  .map((name) => `"${name}"`)
  .join(' | ')

export const mistakes: readonly Mistake[] = [
  {
    title: 'sending before there is an owner',
    code: "session().provider('bamboohr').send(client)",
    at: 'send(client)',
    says: "TS2339: Property 'send' does not exist on type 'SessionWithoutOwner'.",
  },
  {
    title: 'a task before there is an owner',
    code: 'session().task(client)',
    at: 'task(client)',
    says: "TS2339: Property 'task' does not exist on type 'SessionWithoutOwner'.",
  },
  {
    title: 'a wrong category',
    code: "owned.categories('ats', 'hriss')",
    at: "'hriss'",
    says: `TS2345: Argument of type '"hriss"' is not assignable to parameter of type '${categories}'.`,
  },
  {
    title: 'no category',
    code: 'owned.categories()',
    at: 'categories()',
    says: 'TS2555: Expected at least 1 arguments, but got 0.',
  },
  {
    title: 'a function in metadata',
    code: 'owned.metadata({ plan: () => 1 })',
    at: '() => 1',
    says: "TS2322: Type '() => number' is not assignable to type 'Json'.",
  },
  {
    title: 'an unknown option',
    code: "createClient({ apikey: 'x' })",
    at: 'apikey',
    says: "TS2561: Object literal may only specify known properties, but 'apikey' does not exist in type 'ClientOptions'. Did you mean to write 'apiKey'?",
  },
  {
    title: 'an unknown option of a call',
    code: 'owned.send(client, { retry: 1 })',
    at: 'retry',
    says: "TS2353: Object literal may only specify known properties, and 'retry' does not exist in type 'CallOptions'.",
  },
  {
    title: 'an owner without a name',
    code: "session().owner('acme-42')",
    at: 'owner',
    says: 'TS2554: Expected 2 arguments, but got 1.',
  },
  {
    title: 'a text for seconds',
    code: "owned.expiresIn('3600')",
    at: "'3600'",
    says: "TS2345: Argument of type 'string' is not assignable to parameter of type 'number'.",
  },
  {
    title: 'a wrong type',
    code: "owned.type('TEST')",
    at: "'TEST'",
    says: `TS2345: Argument of type '"TEST"' is not assignable to parameter of type '"production" | "test"'.`,
  },
]
