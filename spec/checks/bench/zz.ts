import { createOperation } from '../../../lib/client/endpoints.ts'
import { ConnectSessionCreate, payloadFields } from '../../../lib/model/create-payload.ts'
import { session } from '../../../lib/session/session.ts'
import { chain, wire } from './payload.ts'
import { run } from './zzmin.ts'
const built = chain(session)
const p = (built.decode() as any).right
const w = ConnectSessionCreate.encode(p)
const fns: Record<string, () => unknown> = {
  chain: () => chain(session),
  decode: () => built.decode(),
  is: () => 0,
  pdecode: () => 0,
  encode: () => ConnectSessionCreate.encode(p),
  stringify: () => JSON.stringify(w),
  literalObj: () => wire(),
  literal: () => JSON.stringify(wire()),
  encStr: () => JSON.stringify(ConnectSessionCreate.encode(p)),
  copyStr: () => JSON.stringify({...w}),
 decEnc: () => ConnectSessionCreate.encode((Payload.decode(p) as any).right),
  isStr: () => 0,
  keysStr: () => Object.keys(p).length && JSON.stringify(w),
  metaStr: () => payloadFields[7].codec.is(p.metadata) && JSON.stringify(w),
  catStr: () => payloadFields[4].codec.is(p.categories) && JSON.stringify(w),
  ownStr: () => payloadFields[0].codec.is(p.originOwnerId) && JSON.stringify(w),
  isEncStr: () => 0,
  decEncStr: () => JSON.stringify(ConnectSessionCreate.encode((Payload.decode(p) as any).right)),
  freshEnc: () => ConnectSessionCreate.encode((built.decode() as any).right),
  freshEncStr: () => JSON.stringify(ConnectSessionCreate.encode((built.decode() as any).right)),
  op: () => createOperation(p),
  all: () => createOperation((chain(session).decode() as any).right).body,
}
run(fns)
