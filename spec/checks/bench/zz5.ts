import { ConnectSessionCreate, payloadFields, markValid } from '../../../lib/model/create-payload.ts'
import { session } from '../../../lib/session/session.ts'
import { chain, wire } from './payload.ts'
import { run } from './zzmin.ts'
const built = chain(session)
const p: any = (built.decode() as any).right
const w = ConnectSessionCreate.encode(p)
const checks = payloadFields.filter(f => p[f.name] !== undefined)
const noRegex = checks.filter(f => typeof p[f.name] !== 'string')
const strs = checks.filter(f => typeof p[f.name] === 'string')
const build = () => { const o: any = {}; for (const f of checks) o[f.name] = p[f.name]; return o }
run({ str: () => JSON.stringify(w), dec: () => built.decode(), decStr: () => built.decode() && JSON.stringify(w), 
 chk: () => checks.every(f => f.codec.is(p[f.name])), chkStr: () => checks.every(f => f.codec.is(p[f.name])) && JSON.stringify(w),
 non: () => noRegex.every(f => f.codec.is(p[f.name])), nonStr: () => noRegex.every(f => f.codec.is(p[f.name])) && JSON.stringify(w),
 strs: () => strs.every(f => f.codec.is(p[f.name])), strsStr: () => strs.every(f => f.codec.is(p[f.name])) && JSON.stringify(w),
 build, buildStr: () => build() && JSON.stringify(w), frz: () => Object.freeze(build()), frzStr: () => Object.freeze(build()) && JSON.stringify(w), mark: () => markValid(build()), markStr: () => markValid(build()) && JSON.stringify(w),
})
