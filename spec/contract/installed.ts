// What the judge is made of: packages that only its own install has. Loaded by name, so that the project compiles
// without them.
import type { IncomingHttpHeaders, RequestListener } from 'node:http'

export interface Incoming {
  readonly method: string
  readonly originalUrl: string
  readonly headers: IncomingHttpHeaders
  readonly body?: unknown
}

export interface Outgoing {
  readonly status: (status: number) => Outgoing
  readonly json: (body: unknown) => void
}

export type Next = (error?: unknown) => void

type Middleware = (request: Incoming, response: Outgoing, next: Next) => unknown

/** What an error of the validator's says. */
export interface Refusal {
  readonly status?: number
  readonly message?: string
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}

type ErrorMiddleware = (error: Refusal, request: Incoming, response: Outgoing, next: Next) => unknown

interface Use {
  (middleware: Middleware | readonly Middleware[]): void
  (middleware: ErrorMiddleware): void
}

interface Express {
  (): RequestListener & { readonly use: Use }
  readonly json: (options: { readonly strict: boolean }) => Middleware
}

interface ValidatorOptions {
  readonly apiSpec: string
  readonly validateApiSpec: boolean
  readonly validateRequests: { readonly coerceTypes: boolean; readonly removeAdditional: boolean }
  readonly validateResponses: { readonly coerceTypes: boolean; readonly removeAdditional: boolean }
  readonly validateSecurity: { readonly handlers: Readonly<Record<string, (request: Incoming) => boolean>> }
  readonly validateFormats: boolean
}

interface Packages {
  readonly express: { readonly default: Express }
  readonly 'express-openapi-validator': {
    readonly middleware: (options: ValidatorOptions) => readonly Middleware[]
  }
}

/** A package, typed as far as it is used here. */
export const installed = async <Name extends keyof Packages>(name: Name): Promise<Packages[Name]> => {
  try {
    return await import(name)
  } catch (error) {
    throw new Error('The judge has an install of its own: npm ci --prefix spec/contract', { cause: error })
  }
}
