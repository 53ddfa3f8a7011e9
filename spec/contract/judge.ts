// A server that lets through what openapi.yaml allows, both ways, and says what it does not.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Incoming, installed, type Next, type Outgoing, type Refusal } from './installed.ts'

/** What the document forbids: in a request, or in an answer. */
export interface Verdict {
  readonly of: 'request' | 'answer'
  /** Where and what, one for each rule that was broken. */
  readonly broken: readonly string[]
}

export interface Judge {
  readonly url: string
  /** All that was refused so far. */
  readonly verdicts: readonly Verdict[]
  readonly close: () => Promise<void>
}

export type Answer = (request: Incoming) => Promise<{ readonly status: number; readonly body: unknown }>

/** The key as the user name, and no password; the colon is there all the same. */
const isKey = ({ headers }: Incoming): boolean =>
  /^[^:\s]+:$/.test(atob((headers.authorization ?? '').replace(/^Basic /, '')))

/** Judges each request before `answer` gets it, and each answer before the client does. */
export const judge = async (answer: Answer): Promise<Judge> => {
  const { default: express } = await installed('express')
  const { middleware } = await installed('express-openapi-validator')
  const verdicts: Verdict[] = []
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
    const { status, body } = await answer(request)
    response.status(status).json(body)
  })
  // Express tells a handler of errors by its four parameters.
  app.use((error: Refusal, _request: Incoming, response: Outgoing, _next: Next) => {
    const { status = 500, message = 'unknown', errors = [] } = error
    verdicts.push({
      of: status === 500 ? 'answer' : 'request',
      broken: errors.length === 0 ? [message] : errors.map(({ path, message }) => `${path}: ${message}`),
    })
    response.status(status).json({ statusCode: status, message: 'Refused by the judge' })
  })

  const server = createServer(app)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo // it listens on a port, not a pipe
  return {
    url: `http://127.0.0.1:${port}`,
    verdicts,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
