/** What every project does with the package: a request over HTTP, the handler, and a validation error. */
const exercise = `
  const api = sandbox()
  const server = await api.listen()
  const client = createClient({ apiKey: 'v1.sandbox.key', baseUrl: server.url, dangerouslyAllowBrowser: true })
  const { token } = await session().owner('acme-42', 'Acme Inc.').categories('ats').send(client)
  const handler = connectSessionHandler({ client, owner: () => ({ id: 'acme-42', name: 'Acme Inc.' }) })
  const response = await handler(new Request('http://localhost/connect', { method: 'POST' }))
  const fetchToken = createTokenFetcher('/connect', { fetch: async () => handler(new Request('http://localhost/', { method: 'POST' })) })
  const fetched = await fetchToken()
  const decoded = session().owner('acme-42', ' ').decode()
  const isKnown = decoded._tag === 'Left' && isSessionError(decoded.left)
  await server.close()
  const summary = [token === api.sessions[0]?.token, response.status, typeof fetched.token, isKnown].join(' ')
`

/** The summary of a successful exercise. */
export const summary = 'true 200 string true'

const names = {
  'stackone-session': '{ createClient, isSessionError, session }',
  'stackone-session/handler': '{ connectSessionHandler }',
  'stackone-session/page': '{ createTokenFetcher }',
  'stackone-session/testing': '{ sandbox }',
}

const imports = Object.entries(names)
  .map(([name, list]) => `import ${list} from '${name}'\n`)
  .join('')

const requires = Object.entries(names)
  .map(([name, list]) => `const ${list} = require('${name}')\n`)
  .join('')

const program = (head: string): string => `${head}
const main = async () => {${exercise}
  console.log(summary)
}
main()
`

/** A program that prints the summary, as an ES module or TypeScript. */
export const esModule = program(imports)

/** The same program as a CommonJS module. */
export const commonJs = program(requires)

/** A test for Jest and its globals. */
export const jestTest = `${requires}
test('uses the package', async () => {${exercise}
  expect(summary).toBe('${summary}')
})
`

/** A test for Vitest in an environment. */
export const vitestTest = (environment: 'node' | 'jsdom'): string => `// @vitest-environment ${environment}
import { expect, test } from 'vitest'
${imports}
test('uses the package', async () => {${exercise}
  expect(summary).toBe('${summary}')
  expect(typeof window).toBe('${environment === 'node' ? 'undefined' : 'object'}')
})
`

/** A module whose declarations need names of the package only. */
export const declaring = `import { ConnectSessionCreate, createClient, fromJSON, session } from 'stackone-session'
export const acme = session().owner('acme-42', 'Acme Inc.')
export const decoded = acme.decode()
export const validated = ConnectSessionCreate.decode({})
export const piped = ConnectSessionCreate.asDecoder()
export const client = createClient()
export const task = acme.task(client)
export const restored = fromJSON(acme.toJSON())
`
