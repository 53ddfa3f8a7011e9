import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A location. Lines and columns are 1-based. */
interface Place {
  readonly file: string
  readonly line: number
}

/** The requests that an editor sends for "Go to definition". */
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

/** Splits a stream into messages by their Content-Length headers. */
const readMessages = (server: ChildProcessWithoutNullStreams, onMessage: (message: Message) => void): void => {
  let rest = Buffer.alloc(0)
  server.stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const header = /Content-Length: (\d+)\r\n\r\n/.exec(rest.toString('latin1'))
      if (header === null) return
      const start = header.index + header[0].length
      const end = start + Number(header[1])
      if (rest.length < end) return
      onMessage(JSON.parse(rest.subarray(start, end).toString('utf8')))
      rest = rest.subarray(end)
    }
  })
}

/** Matches responses with pending requests, which time out after 30 seconds. */
const pendingRequests = () => {
  const pending = new Map<number, (message: Message) => void>()
  return {
    settle: (id: number, message: Message) => pending.get(id)?.(message),
    request: (id: number, send: () => void) =>
      new Promise<Message>((done, fail) => {
        const timer = setTimeout(() => fail(new Error('The language service did not respond.')), 30_000)
        pending.set(id, (message) => {
          clearTimeout(timer)
          pending.delete(id)
          const failed = message.error !== undefined || message.success === false
          if (failed)
            fail(new Error(message.error?.message ?? message.message ?? 'The request to the language service failed.'))
          else done(message)
        })
        send()
      }),
  }
}

interface TsSpan {
  readonly file: string
  readonly start: { readonly line: number }
}

/** Speaks the tsserver protocol of TypeScript 5 and 6. */
const tsserver = (tsc: string, file: string): Editor => {
  const server = spawn(process.execPath, [join(tsc, 'bin', 'tsserver'), '--disableAutomaticTypingAcquisition'])
  const { request, settle } = pendingRequests()
  let seq = 0
  const send = (command: string, args: object): void => {
    seq += 1
    server.stdin.write(`${JSON.stringify({ seq, type: 'request', command, arguments: args })}\n`)
  }
  readMessages(server, (message) => message.request_seq !== undefined && settle(message.request_seq, message))
  send('open', { file })
  return {
    definition: async (line, offset) => {
      const { body } = await request(seq + 1, () => send('definition', { file, line, offset }))
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

/** Speaks the Language Server Protocol of TypeScript 7. */
const languageServer = async (tsc: string, file: string): Promise<Editor> => {
  const server = spawn(process.execPath, [join(tsc, 'bin', 'tsc'), '--lsp', '--stdio'])
  const { request, settle } = pendingRequests()
  let lastId = 0
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message })
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  }
  const call = (method: string, params: object): Promise<Message> => {
    lastId += 1
    const id = lastId
    return request(id, () => send({ id, method, params }))
  }
  readMessages(server, (message) => {
    const { id, method } = message
    // The server also sends requests, such as for settings. This editor has none.
    if (method !== undefined && id !== undefined) send({ id, result: null })
    else if (typeof id === 'number') settle(id, message)
  })
  const uri = pathToFileURL(file).href
  await call('initialize', { processId: process.pid, rootUri: null, capabilities: {} })
  send({ method: 'initialized', params: {} })
  const text = readFileSync(file, 'utf8')
  send({
    method: 'textDocument/didOpen',
    params: { textDocument: { uri, languageId: 'typescript', version: 1, text } },
  })
  return {
    definition: async (line, column) => {
      const position = { line: line - 1, character: column - 1 }
      const { result } = await call('textDocument/definition', { textDocument: { uri }, position })
      const locations: readonly LspLocation[] = Array.isArray(result) ? result : []
      return locations.map((place) => ({ file: fileURLToPath(place.uri), line: place.range.start.line + 1 }))
    },
    close: () => server.kill(),
  }
}

/** Starts the language service of a compiler and opens a file. */
export const openEditor = async (tsc: string, file: string): Promise<Editor> =>
  existsSync(join(tsc, 'bin', 'tsserver')) ? tsserver(tsc, file) : languageServer(tsc, file)
