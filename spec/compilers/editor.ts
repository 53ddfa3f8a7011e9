import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Lines and columns count from 1. */
interface Place {
  readonly file: string
  readonly line: number
}

/** What an editor asks of a compiler when a user goes to a definition. */
interface Editor {
  readonly definition: (line: number, column: number) => Promise<readonly Place[]>
  readonly close: () => void
}

interface Message {
  readonly id?: number | string | null
  readonly request_seq?: number
  readonly method?: string
  readonly error?: { readonly message: string }
  readonly success?: boolean
  readonly message?: string
  readonly result?: unknown
  readonly body?: unknown
}

/** Cuts a stream into its messages, each of which has its length in front. */
const messages = (server: ChildProcessWithoutNullStreams, take: (message: Message) => void): void => {
  let rest = Buffer.alloc(0)
  server.stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const header = /Content-Length: (\d+)\r\n\r\n/.exec(rest.toString('latin1'))
      if (header === null) return
      const start = header.index + header[0].length
      const end = start + Number(header[1])
      if (rest.length < end) return
      take(JSON.parse(rest.subarray(start, end).toString('utf8')))
      rest = rest.subarray(end)
    }
  })
}

/** The questions that wait for an answer, each for half a minute at the most. */
const questions = () => {
  const open = new Map<number, (message: Message) => void>()
  return {
    answer: (id: number, message: Message) => open.get(id)?.(message),
    ask: (id: number, put: () => void) =>
      new Promise<Message>((done, fail) => {
        const timer = setTimeout(() => fail(new Error('The language service does not answer')), 30_000)
        open.set(id, (message) => {
          clearTimeout(timer)
          open.delete(id)
          const failed = message.error !== undefined || message.success === false
          if (failed) fail(new Error(message.error?.message ?? message.message ?? 'The language service has failed'))
          else done(message)
        })
        put()
      }),
  }
}

interface TsSpan {
  readonly file: string
  readonly start: { readonly line: number }
}

/** The protocol of TypeScript up to 6. */
const tsserver = (tsc: string, file: string): Editor => {
  const server = spawn(process.execPath, [join(tsc, 'bin', 'tsserver'), '--disableAutomaticTypingAcquisition'])
  const { ask, answer } = questions()
  let seq = 0
  const put = (command: string, args: object): void => {
    seq += 1
    server.stdin.write(`${JSON.stringify({ seq, type: 'request', command, arguments: args })}\n`)
  }
  messages(server, (message) => message.request_seq !== undefined && answer(message.request_seq, message))
  put('open', { file })
  return {
    definition: async (line, offset) => {
      const { body } = await ask(seq + 1, () => put('definition', { file, line, offset }))
      const spans: readonly TsSpan[] = Array.isArray(body) ? body : []
      return spans.map((span) => ({ file: span.file, line: span.start.line }))
    },
    close: () => server.kill(),
  }
}

interface LspLocation {
  readonly uri: string
  readonly range: { readonly start: { readonly line: number } }
}

/** The Language Server Protocol, which TypeScript 7 speaks. */
const languageServer = async (tsc: string, file: string): Promise<Editor> => {
  const server = spawn(process.execPath, [join(tsc, 'bin', 'tsc'), '--lsp', '--stdio'])
  const { ask, answer } = questions()
  let last = 0
  const put = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message })
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  }
  const request = (method: string, params: object): Promise<Message> => {
    last += 1
    const id = last
    return ask(id, () => put({ id, method, params }))
  }
  messages(server, (message) => {
    const { id, method } = message
    // The server asks as well, for settings and the like; this editor has none.
    if (method !== undefined && id !== undefined) put({ id, result: null })
    else if (typeof id === 'number') answer(id, message)
  })
  const uri = pathToFileURL(file).href
  await request('initialize', { processId: process.pid, rootUri: null, capabilities: {} })
  put({ method: 'initialized', params: {} })
  const text = readFileSync(file, 'utf8')
  put({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'typescript', version: 1, text } } })
  return {
    definition: async (line, column) => {
      const position = { line: line - 1, character: column - 1 }
      const { result } = await request('textDocument/definition', { textDocument: { uri }, position })
      const found: readonly LspLocation[] = Array.isArray(result) ? result : []
      return found.map((place) => ({ file: fileURLToPath(place.uri), line: place.range.start.line + 1 }))
    },
    close: () => server.kill(),
  }
}

/** The language service of a compiler, with one file open. */
export const editor = async (tsc: string, file: string): Promise<Editor> =>
  existsSync(join(tsc, 'bin', 'tsserver')) ? tsserver(tsc, file) : languageServer(tsc, file)
