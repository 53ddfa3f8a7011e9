// Demo customers, and a sandbox with faults, for runs without an account.
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import { sandbox } from 'stackone-session/testing'

/** Writes a CSV file with `count` customers. */
export const writeCustomers = async (file: string, count: number): Promise<void> => {
  const out = createWriteStream(file)
  out.write('owner,name,category\n')
  for (let number = 1; number <= count; number += 1)
    if (!out.write(stringify([[`acme-${number}`, `Acme ${number}, Inc.`, number % 2 ? 'hris' : 'ats;hris']])))
      await once(out, 'drain')
  out.end()
  await once(out, 'finish')
}

/** Returns a sandbox in which a share of the responses, from 0 to 1, is a fault. */
export const faultySandbox = (share: number) => {
  const api = sandbox()
  const faults = [503, 'reset', 'cut', 'html', { status: 429, retryAfter: 1 }] as const
  // Each rate applies to the requests that the faults before it left over.
  for (const [index, fault] of faults.entries())
    api.fail(fault, { rate: Math.min(1, share / (faults.length - share * index)) })
  return api
}
