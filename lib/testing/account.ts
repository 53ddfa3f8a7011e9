/** Whose account it is, and at which provider: these three decide whether an account opens, or a new one is made. */
export interface Owned {
  readonly originOwnerId: string
  readonly originOwnerName: string
  readonly provider: string
}

/** An account that an end user has connected. */
export interface Account extends Owned {
  readonly id: string
}

/** The account that an owner has at a provider; of several, the first. */
export const accountOf = (
  accounts: readonly Account[],
  { originOwnerId, originOwnerName, provider }: Owned,
): Account | undefined =>
  accounts.find(
    (account) =>
      account.originOwnerId === originOwnerId &&
      account.originOwnerName === originOwnerName &&
      account.provider === provider,
  )
