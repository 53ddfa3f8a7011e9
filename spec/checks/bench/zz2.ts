import { Payload, payloadFields } from '../../../lib/model/create-payload.ts'
import { copyJson } from '../../../lib/model/json.ts'
import { session } from '../../../lib/session/session.ts'
import { chain } from './payload.ts'
import { run } from './zzmin.ts'
const p = (chain(session).decode() as any).right
const base = session().owner('acme-42', 'Acme Inc.')
const meta = { plan: 'pro', seats: 12, region: 'eu' }
const fns: Record<string, () => unknown> = { all: () => Payload.is(p), keys: () => Object.keys(p), copyJson: () => copyJson(meta), owner: () => session().owner('a','b'), user: () => base.username('x'), cats: ()=>base.categories('ats','hris'), meta: ()=>base.metadata(meta), mult: ()=>base.multiple() , freeze: () => Object.freeze({a:1,b:2}) }
for (const f of payloadFields) { const v = p[f.name]; if (v !== undefined) fns[f.name] = () => f.codec.is(v) }
for (const k of ['originOwnerId','metadata','categories']) { const {[k]: _, ...rest} = p; fns['-'+k] = () => Payload.is(rest) }
run(fns)
