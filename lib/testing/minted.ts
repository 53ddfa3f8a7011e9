import { ConnectSessionCreate } from '../create.ts'
import type { ConnectSessionTokenWire } from '../reply.ts'
import { printMasked } from '../secret.ts'
import { type Account, accountOf } from './account.ts'

/** A session as it is kept. */
export interface Minted {
  /** What was asked for. */
  readonly payload: ConnectSessionCreate
  /** What is answered. */
  readonly wire: ConnectSessionTokenWire
  /** The account that it opens, to edit it. */
  readonly accountId: string | undefined
  /** When the token expires, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** All that a sandbox remembers of what the API has done, and its clock. */
export interface State {
  readonly minted: Minted[]
  readonly accounts: Account[]
  readonly now: () => Date
}

/** The API's own life of a token, in seconds, where none was asked for. */
const defaultLife = 1800

const frozen = (wire: ConnectSessionTokenWire): ConnectSessionTokenWire => Object.freeze(printMasked(wire))

// `multiple` lets an owner connect one more account, except where an account is named.
const accountIdOf = (accounts: readonly Account[], payload: ConnectSessionCreate): string | undefined => {
  const { accountId, multiple = false, provider } = payload
  if (accountId !== undefined || multiple || provider === undefined) return accountId
  return accountOf(accounts, { ...payload, provider })?.id
}

/** Makes a session. It opens the account that it names, or that its owner has at its provider. */
export const mint = ({ minted, accounts, now }: State, payload: ConnectSessionCreate, origin: string): Minted => {
  const { expires_in = defaultLife, multiple, ...asked } = ConnectSessionCreate.encode(payload)
  const accountId = accountIdOf(accounts, payload)
  const token = `sandbox.${crypto.randomUUID()}`
  const created = now()
  const wire = frozen({
    type: 'production',
    ...asked,
    ...(accountId !== undefined && { account_id: accountId }),
    id: minted.length + 1,
    organization_id: 'sandbox-organization',
    project_id: 'sandbox-project',
    created_at: created.toISOString(),
    token,
    auth_link_url: `${origin}/embedded/accounts/connect/${token}`,
  })
  const made = { payload, wire, accountId, expiresAt: created.getTime() + expires_in * 1000 }
  minted.push(made)
  return made
}

export const isExpired = ({ now }: State, { expiresAt }: Minted): boolean => expiresAt <= now().getTime()

/** The session with an id, if there is one. */
export const mintedById = ({ minted }: State, id: unknown): Minted | undefined =>
  minted.find(({ wire }) => String(wire.id) === String(id))

/** The session with a token, if there is one and the token has not expired. */
export const mintedByToken = (state: State, token: unknown): Minted | undefined =>
  state.minted.find((made) => made.wire.token === token && !isExpired(state, made))

/** Changes what a session is answered with. */
export const update = ({ minted }: State, made: Minted, members: Partial<ConnectSessionTokenWire>): void => {
  minted[minted.indexOf(made)] = { ...made, wire: frozen({ ...made.wire, ...members }) }
}
