// Types of the packages in spec/checks/package.json. They are imported by a variable name, so that the project
// compiles without them.
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

/** An error of the validator. */
export interface ValidatorError {
  readonly status?: number
  readonly message?: string
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}

type ErrorMiddleware = (error: ValidatorError, request: Incoming, response: Outgoing, next: Next) => unknown

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

/** Imports a package with the types above. */
export const installed = async <Name extends keyof Packages>(name: Name): Promise<Packages[Name]> => {
  try {
    return await import(name)
  } catch (error) {
    throw new Error('Install the dependencies of the contract specs first: npm ci --prefix spec/checks', {
      cause: error,
    })
  }
}
