// The accounts of your customers, kept up to date by webhooks.
import type { WebhookEvent } from 'stackone-session/webhook'

/** A row of your database; `accountId` is its primary key. */
export interface Account {
  readonly accountId: string
  readonly ownerId: string
  readonly provider: string | undefined
  readonly isConnected: boolean
  readonly changedAt: Date
}

export interface Accounts {
  /** Applies an event. Applying it again, or after a newer one, changes nothing. */
  readonly apply: (event: WebhookEvent) => Promise<void>
  /** Returns the connected accounts of an owner. */
  readonly of: (ownerId: string) => readonly Account[]
}

/** Keeps the accounts in memory. Replace it with a database. */
export const createAccounts = (): Accounts => {
  const rows = new Map<string, Account>()
  return {
    apply: async (event) => {
      // An event of another type, or of an account that was not connected through one of your sessions.
      if (event.accountId === undefined || event.originOwnerId === undefined) return
      const { accountId, originOwnerId: ownerId, provider, eventDate: changedAt = new Date() } = event
      const row = rows.get(accountId)
      if (row !== undefined && row.changedAt >= changedAt) return
      // A deleted account is kept, so that an older event that arrives later does not restore it.
      rows.set(accountId, { accountId, ownerId, provider, isConnected: event.event !== 'account.deleted', changedAt })
    },
    of: (ownerId) => [...rows.values()].filter((row) => row.ownerId === ownerId && row.isConnected),
  }
}
