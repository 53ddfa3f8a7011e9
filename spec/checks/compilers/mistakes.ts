/** A mistake in user code, the start of the highlighted text, and the message, which is equal in every compiler. */
interface Mistake {
  readonly title: string
  readonly code: string
  readonly highlighted: string
  readonly message: string
}

/** The code before each mistake. */
export const head = `import { createClient, session } from 'stackone-session'
const client = createClient()
const owned = session().owner('acme-42', 'Acme Inc.')
export const done = [client, owned]
`

// Sorted, since compilers print the members of a union in different orders.
const categories = [
  ...['accounting', 'ats', 'crm', 'documents', 'hris', 'hris-legacy', 'hrisLegacy', 'iam', 'lms', 'marketing'],
  ...['messaging', 'scheduling', 'screening', 'stackOne', 'stackone', 'ticketing'],
]
  .map((name) => `"${name}"`)
  .join(' | ')

export const mistakes: readonly Mistake[] = [
  {
    title: 'send without an owner',
    code: "session().provider('bamboohr').send(client)",
    highlighted: 'send(client)',
    message: "TS2339: Property 'send' does not exist on type 'SessionWithoutOwner'.",
  },
  {
    title: 'task without an owner',
    code: 'session().task(client)',
    highlighted: 'task(client)',
    message: "TS2339: Property 'task' does not exist on type 'SessionWithoutOwner'.",
  },
  {
    title: 'an unknown category',
    code: "owned.categories('ats', 'hriss')",
    highlighted: "'hriss'",
    message: `TS2345: Argument of type '"hriss"' is not assignable to parameter of type '${categories}'.`,
  },
  {
    title: 'no category',
    code: 'owned.categories()',
    highlighted: 'categories()',
    message: 'TS2555: Expected at least 1 arguments, but got 0.',
  },
  {
    title: 'a function in metadata',
    code: 'owned.metadata({ plan: () => 1 })',
    highlighted: '() => 1',
    message: "TS2322: Type '() => number' is not assignable to type 'Json'.",
  },
  {
    title: 'an unknown option of createClient',
    code: "createClient({ apikey: 'x' })",
    highlighted: 'apikey',
    message:
      "TS2561: Object literal may only specify known properties, but 'apikey' does not exist in type 'ClientOptions'. Did you mean to write 'apiKey'?",
  },
  {
    title: 'an unknown option of send',
    code: 'owned.send(client, { retry: 1 })',
    highlighted: 'retry',
    message:
      "TS2353: Object literal may only specify known properties, and 'retry' does not exist in type 'CallOptions'.",
  },
  {
    title: 'an owner without a name',
    code: "session().owner('acme-42')",
    highlighted: 'owner',
    message: 'TS2554: Expected 2 arguments, but got 1.',
  },
  {
    title: 'a string for seconds',
    code: "owned.expiresIn('3600')",
    highlighted: "'3600'",
    message: "TS2345: Argument of type 'string' is not assignable to parameter of type 'number'.",
  },
  {
    title: 'an unknown type',
    code: "owned.type('TEST')",
    highlighted: "'TEST'",
    message: `TS2345: Argument of type '"TEST"' is not assignable to parameter of type '"production" | "test"'.`,
  },
]
