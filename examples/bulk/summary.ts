// The summary at the end of a run.

/** The number of rows with each outcome. */
export interface Counts {
  readonly rows: number
  readonly created: number
  readonly existing: number
  readonly failed: number
  readonly duplicates: number
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Returns the summary of a run, one outcome per line. Outcomes without rows are omitted. */
export const summarize = (counts: Counts, links: string, failures: string): string => {
  const { rows, created, existing, failed, duplicates } = counts
  const remaining = rows - created - existing - failed - duplicates
  const outcomes: readonly (readonly [count: number, text: string])[] = [
    [existing, `${plural(existing, 'customer')} already had a link in ${links}`],
    [duplicates, `${plural(duplicates, 'duplicate row')} skipped`],
    [failed, `${plural(failed, 'customer')} failed: see ${failures}, then run the command again to retry`],
    [remaining, `${plural(remaining, 'customer')} not processed: run the command again to continue`],
  ]
  return [
    created === 0 ? 'No links created' : `${plural(created, 'link')} created, saved in ${links}`,
    ...outcomes.filter(([count]) => count > 0).map(([, text]) => text),
  ].join('\n')
}
