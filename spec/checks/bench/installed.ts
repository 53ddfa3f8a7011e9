// Types of the packages in spec/checks/package.json. They are imported by a variable name, so that the project
// compiles without them and each process loads only what it measures.

/** The input of the SDK. */
export interface SdkModel {
  readonly originOwnerId: string
  readonly originOwnerName: string
  readonly originUsername?: string
  readonly provider?: string
  readonly categories?: readonly string[]
  readonly expiresIn?: number
  readonly metadata?: object
  readonly multiple?: boolean
}

interface Core {
  readonly _baseURL: URL | null
}

type Result<A> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly error: Error }

interface BuildOptions {
  readonly stdin?: { readonly contents: string; readonly resolveDir: string }
  readonly entryPoints?: readonly string[]
  readonly absWorkingDir: string
  readonly alias?: Readonly<Record<string, string>>
  readonly external?: readonly string[]
  readonly packages?: 'external'
  readonly bundle: boolean
  readonly minify?: boolean
  readonly format: 'esm'
  readonly platform: 'neutral' | 'node'
  readonly target: string
  readonly conditions?: readonly string[]
  readonly mainFields?: readonly string[]
  readonly outfile: string
  readonly write: boolean
  readonly logLevel: 'warning'
}

interface Chart {
  readonly setOption: (option: object) => void
  readonly renderToSVGString: () => string
  readonly dispose: () => void
}

interface Packages {
  readonly '@stackone/stackone-client-ts/core.js': {
    readonly StackOneCore: new (options: {
      readonly serverURL: string
      readonly security: { readonly username: string; readonly password: string }
    }) => Core
  }
  readonly '@stackone/stackone-client-ts/funcs/connectSessionsCreateConnectSession.js': {
    readonly connectSessionsCreateConnectSession: (
      core: Core,
      request: SdkModel,
      options?: { readonly timeoutMs?: number },
    ) => Promise<Result<{ readonly connectSessionTokenAuthLink?: { readonly token: string } }>>
  }
  readonly '@stackone/stackone-client-ts/sdk/models/shared/connectsessioncreate.js': {
    readonly ConnectSessionCreate$outboundSchema: { readonly parse: (request: SdkModel) => object }
  }
  readonly '@stackone/stackone-client-ts/lib/schemas.js': {
    readonly safeParse: <A, B>(value: A, parse: (value: A) => B, message: string) => Result<B>
  }
  readonly '@stackone/stackone-client-ts/lib/encodings.js': {
    readonly encodeJSON: (key: string, value: object, options: { readonly explode: boolean }) => string
  }
  readonly esbuild: {
    readonly build: (
      options: BuildOptions,
    ) => Promise<{ readonly outputFiles?: readonly { readonly contents: Uint8Array }[] }>
  }
  readonly echarts: {
    readonly init: (
      element: null,
      theme: null,
      options: { readonly renderer: 'svg'; readonly ssr: true; readonly width: number; readonly height: number },
    ) => Chart
  }
}

/** Imports a package with the types above. */
export const installed = async <Name extends keyof Packages>(name: Name): Promise<Packages[Name]> => {
  try {
    return await import(name)
  } catch (error) {
    throw new Error('Install the dependencies of the benchmarks first: npm ci --prefix spec/checks', {
      cause: error,
    })
  }
}
