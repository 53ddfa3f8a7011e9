// The CSV of links. A line is on the disk before anyone hears of it, so that a run that was killed can go on.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { parse } from 'csv-parse'
import { stringify } from 'csv-stringify/sync'
import PQueue from 'p-queue'
import type { ConnectSessionToken } from 'stackone-session'
import type { Customer } from './customers.ts'
import { endOfLines, startOf } from './lines.ts'
import { lock } from './lock.ts'

export interface Links {
  /** Whose links were there when the file was opened. */
  readonly owners: ReadonlySet<string>
  /** Resolves once the line is on the disk. */
  readonly append: (customer: Customer, session: ConnectSessionToken) => Promise<void>
  readonly close: () => Promise<void>
}

const header = 'owner,name,link,expires_at'

export const openLinks = async (file: string): Promise<Links> => {
  const start = await startOf(file, header.length + 2)
  if (!['\n', '\r\n'].some((end) => start.startsWith(header + end) || (header + end).startsWith(start)))
    throw new Error(`${file} is another file than this command writes, and was left as it was`)
  const unlock = await lock(file)
  const handle = await open(file, 'a', 0o600) // who has a link can use it
  await handle.truncate(await endOfLines(file))
  const isEmpty = (await handle.stat()).size === 0

  const owners = new Set<string>()
  const parser = parse({ bom: true, columns: true, record_delimiter: ['\r\n', '\n'] })
  for await (const { owner } of pipeline(createReadStream(file), parser, () => {})) owners.add(owner)

  const writes = new PQueue({ concurrency: 1 })
  const lines: string[] = []
  /** What comes while a write is under way goes out with the next one, together. After one that failed, all fail. */
  const write = (line: string): Promise<void> => {
    lines.push(line)
    return writes.add(async () => {
      const count = lines.length
      if (count === 0) return
      try {
        await handle.appendFile(lines.join(''))
        await handle.datasync()
      } catch (error) {
        await handle.close()
        throw error
      }
      lines.splice(0, count)
    })
  }
  if (isEmpty) await write(`${header}\n`)

  return {
    owners,
    append: ({ owner, name }, { authLinkUrl, expiresAt }) =>
      write(stringify([[owner, name, authLinkUrl, expiresAt.toISOString()]])),
    close: async () => {
      await writes.onIdle()
      await handle.close()
      await unlock()
    },
  }
}
