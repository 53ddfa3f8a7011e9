import { createOperation } from '../../../lib/client/endpoints.ts'
import { session } from '../../../lib/session/session.ts'
import { chain, wire } from './payload.ts'
let sink: unknown
const fns = { chain: () => chain(session), dec: () => chain(session).decode(), all: () => createOperation((chain(session).decode() as any).right).body, lit: () => JSON.stringify(wire()) }
const f = fns[process.argv[2] as 'all']
for (let i = 0; i < 1500000; i++) sink = f()
