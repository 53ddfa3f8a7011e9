import { ConnectSessionCreate } from '../../../lib/model/create-payload.ts'
import { session } from '../../../lib/session/session.ts'
import { chain, wire } from './payload.ts'
import { run } from './zzmin.ts'
const built = chain(session)
const N = 512
const enc = () => ConnectSessionCreate.encode((built.decode() as any).right)
const encFresh = () => ConnectSessionCreate.encode((chain(session).decode() as any).right)
const A = Array.from({ length: N }, enc)
const B = Array.from({ length: N }, wire)
const C = Array.from({ length: N }, encFresh)
const w = enc()
let i = 0
run({ same: () => JSON.stringify(w), A: () => JSON.stringify(A[i++ & 511]), B: () => JSON.stringify(B[i++ & 511]), C: () => JSON.stringify(C[i++ & 511]),
 encStr: () => JSON.stringify(enc()), 
 encThenStrSame: () => enc() && JSON.stringify(w),
 encThenStrSameCopy: () => enc() && JSON.stringify(wire()),
 enc, encFresh, encFreshStr: () => JSON.stringify(encFresh()), encFreshStrSame: () => encFresh() && JSON.stringify(w) })
