import { ConnectSessionCreate, decodePayload } from '../../../lib/model/create-payload.ts'
import { session } from '../../../lib/session/session.ts'
import { compare, timed } from './compare.ts'
import { installed } from './installed.ts'
import { chain, model, wire } from './payload.ts'

const { connectSessionCreateToJSON } = await installed(
  '@stackone/stackone-client-ts/sdk/models/shared/connectsessioncreate.js',
)
const ours = () => {
  const d = chain(session as never).decode()
  if (d._tag === 'Left') throw d.left
  const p = decodePayload(d.right)
  if (p._tag === 'Left') throw 1
  return JSON.stringify(ConnectSessionCreate.encode(p.right))
}
const sdk = () => connectSessionCreateToJSON(model())
const literal = () => JSON.stringify(wire())
const r = await compare({ ours: timed(ours, 5000), sdk: timed(sdk, 5000), literal: timed(literal, 5000) }, 40)
console.log(r, 'vs literal', r.ours / r.literal, 'vs sdk', r.sdk / r.ours)
