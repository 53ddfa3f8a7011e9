// A server that validates requests and responses against openapi.yaml, and records the violations.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Incoming, installed, type Next, type Outgoing, type ValidatorError } from './installed.ts'

/** A request or response that violates the document. */
export interface Violation {
  readonly of: 'request' | 'response'
  /** The path and message of each violated rule. */
  readonly rules: readonly string[]
}

export interface Judge {
  readonly url: string
  /** All violations so far. */
  readonly violations: readonly Violation[]
  readonly close: () => Promise<void>
}

export type Responder = (request: Incoming) => Promise<{ readonly status: number; readonly body: unknown }>

/** The API key is the user name, and the password is empty. */
const isKey = ({ headers }: Incoming): boolean =>
  /^[^:\s]+:$/.test(atob((headers.authorization ?? '').replace(/^Basic /, '')))

/** Starts a server that validates each request before `respond` receives it, and each response before it is sent. */
export const judge = async (respond: Responder): Promise<Judge> => {
  const { default: express } = await installed('express')
  const { middleware } = await installed('express-openapi-validator')
  const violations: Violation[] = []
  const exact = { coerceTypes: false, removeAdditional: false }

  const app = express()
  app.use(express.json({ strict: false }))
  app.use(
    middleware({
      apiSpec: fileURLToPath(new URL('openapi.yaml', import.meta.url)),
      validateApiSpec: true,
      validateRequests: exact,
      validateResponses: exact,
      validateSecurity: { handlers: { key: isKey } },
      validateFormats: true,
    }),
  )
  app.use(async (request: Incoming, response: Outgoing) => {
    const { status, body } = await respond(request)
    response.status(status).json(body)
  })
  // Express recognizes an error handler by its four parameters.
  app.use((error: ValidatorError, _request: Incoming, response: Outgoing, _next: Next) => {
    const { status = 500, message = 'unknown', errors = [] } = error
    violations.push({
      of: status === 500 ? 'response' : 'request',
      rules: errors.length === 0 ? [message] : errors.map(({ path, message }) => `${path}: ${message}`),
    })
    response.status(status).json({ statusCode: status, message: 'Violation of the contract' })
  })

  const server = createServer(app)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo // a TCP server has an AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    violations,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
