import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { httpServer, json, minted, type Recorded, rawServer, type TestServer } from './server.ts'

/** How a server misbehaves: through Node's HTTP server, or in bytes on the socket. */
export type Fault =
  | { readonly http: (response: ServerResponse, request: Recorded) => void }
  | { readonly raw: (socket: Socket) => void }

/** No response at all. */
export const silence: Fault = { http: () => {} }

const traps = ['get', 'has', 'getPrototypeOf', 'ownKeys', 'getOwnPropertyDescriptor', 'set', 'defineProperty']

/** A proxy that throws itself, whatever is done with it. */
export const hostile: object = new Proxy(
  {},
  Object.fromEntries(
    traps.map((trap) => [
      trap,
      () => {
        throw hostile
      },
    ]),
  ),
)

const text = JSON.stringify(minted)

/** The response to a create in bytes, after which the connection is closed. */
const mintedBytes = [
  'HTTP/1.1 201 Created',
  'content-type: application/json',
  `content-length: ${Buffer.byteLength(text)}`,
  'connection: close',
  '',
  text,
].join('\r\n')

/** A server with faults. */
export interface FaultyServer extends TestServer {
  /** Returns the number of open connections on which a fault was played. */
  readonly held: () => number
}

/** A server that misbehaves for so many requests, and then creates sessions. */
export const faulty = async (fault: Fault, times = Number.POSITIVE_INFINITY): Promise<FaultyServer> => {
  const open = new Set<Socket>()
  const hold = (socket: Socket | null): void => {
    if (socket === null || socket.destroyed || open.has(socket)) return
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  }
  const server = await ('http' in fault
    ? httpServer((request, response, number) => {
        if (number > times) return json(response, 201, minted)
        hold(response.socket)
        fault.http(response, request)
      })
    : rawServer((socket, number) => {
        if (number > times) return socket.end(mintedBytes)
        hold(socket)
        return fault.raw(socket)
      }))
  return { ...server, held: () => open.size }
}

/** A port without a listener. Those below 1024 are never assigned to a server, and `fetch` does not block this one. */
export const closedPort = async (): Promise<FaultyServer> => ({
  url: 'http://127.0.0.1:2',
  requests: [],
  connections: async () => 0,
  held: () => 0,
  close: async () => {},
})

/** Bytes, then silence on the open connection. */
export const stuck = (...lines: readonly string[]): Fault => ({ raw: (socket) => socket.write(lines.join('\r\n')) })

/** Bytes, then the end of the connection. */
export const closed = (...lines: readonly string[]): Fault => ({ raw: (socket) => socket.end(lines.join('\r\n')) })

/** Bytes, then a reset. */
export const reset = (...lines: readonly string[]): Fault => ({
  raw: (socket) => {
    if (lines.length === 0) socket.resetAndDestroy()
    // An immediate reset would overtake the bytes.
    else socket.write(lines.join('\r\n'), () => setTimeout(() => socket.resetAndDestroy(), 20))
  },
})

/** Writes the same bytes repeatedly until the connection is closed. */
export const repeat = (target: Socket | ServerResponse, bytes: string): void => {
  const timer = setInterval(() => {
    if (target.destroyed) clearInterval(timer)
    else target.write(bytes)
  }, 20)
}

/** Bytes, then a few more repeatedly. */
export const drip = (drop: string, ...lines: readonly string[]): Fault => ({
  raw: (socket) => {
    socket.write(lines.join('\r\n'))
    repeat(socket, drop)
  },
})

/** A status and a body that never ends. */
export const endless = (status: number, drops = true): Fault => ({
  http: (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.write(`{"statusCode":${status},"message":"The beginning`)
    if (drops) repeat(response, '.')
  },
})

/** A status and a fast body that never ends. */
export const flood = (status: number): Fault => ({
  http: (response) => {
    const chunk = Buffer.alloc(64 * 1024, ' ')
    const pump = (): void => {
      while (!response.destroyed && response.write(chunk));
    }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.on('drain', pump)
    pump()
  },
})

/** A complete response. A body that is neither a string nor a buffer is sent as JSON. */
export const respondWith = (status: number, body: unknown, headers: Record<string, string> = {}): Fault => ({
  http: (response) => {
    if (typeof body !== 'string' && !Buffer.isBuffer(body)) return json(response, status, body, headers)
    response.writeHead(status, headers)
    response.end(body)
  },
})

/** A small response that is large once it is decompressed. */
export const bomb = (status: number, bytes: number): Fault => {
  const body = gzipSync(Buffer.alloc(bytes, ' '))
  return respondWith(status, body, { 'content-encoding': 'gzip', 'content-length': `${body.length}` })
}

/** An error body, as in the contract. */
export const errorBody = (statusCode: number, message: unknown) => ({
  statusCode,
  message,
  timestamp: '2026-01-01T00:00:00.000Z',
})

/** Inside a describe: starts faulty servers for its tests, and closes them after each. */
export const faultyServers = (): typeof faulty => {
  const servers: FaultyServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close()
  })
  return async (fault, times) => {
    const server = await faulty(fault, times)
    servers.push(server)
    return server
  }
}
