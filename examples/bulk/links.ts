// Writes the CSV file of links. Each link is on disk before it counts as created, so a killed run can be continued.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { parse } from 'csv-parse'
import PQueue from 'p-queue'
import type { ConnectSessionToken } from 'stackone-session'
import { endOfRecords, formatRows, startOf, unescapeFormula } from './csv.ts'
import type { Customer } from './customers.ts'
import { lock } from './lock.ts'

export interface Links {
  /** The owners whose links the file had when it was opened. */
  readonly owners: ReadonlySet<string>
  /** Resolves once the link is on disk. */
  readonly append: (customer: Customer, session: ConnectSessionToken) => Promise<void>
  readonly close: () => Promise<void>
}

const header = 'owner,name,link,expires_at'

export const openLinks = async (file: string): Promise<Links> => {
  const start = await startOf(file, header.length + 2)
  if (!['\n', '\r\n'].some((end) => start.startsWith(header + end) || (header + end).startsWith(start)))
    throw new Error(`${file} was not written by this command, so it is left unchanged (expected the header ${header})`)
  const handle = await open(file, 'a', 0o600) // the links are secrets
  const locked = await lock(file).catch(async (error: unknown) => {
    await handle.close()
    throw error
  })
  await handle.truncate(await endOfRecords(file))
  const written = { bytes: (await handle.stat()).size }

  const owners = new Set<string>()
  const parser = parse({ bom: true, columns: true, record_delimiter: ['\r\n', '\n'] })
  for await (const { owner } of pipeline(createReadStream(file), parser, () => {})) owners.add(unescapeFormula(owner))

  const writes = new PQueue({ concurrency: 1 })
  const lines: string[] = []
  /** Lines that arrive during a write are written together by the next one. After a failed write, all others fail. */
  const write = (line: string): Promise<void> => {
    lines.push(line)
    return writes.add(async () => {
      const count = lines.length
      const text = lines.join('')
      if (count === 0) return
      try {
        locked.verify()
        // A hard link or a file system without atomic locks could let another run in.
        if ((await handle.stat()).size !== written.bytes) throw new Error(`${file} was changed by another program`)
        await handle.appendFile(text)
        await handle.datasync()
        written.bytes += Buffer.byteLength(text)
      } catch (error) {
        await handle.close()
        throw error
      }
      lines.splice(0, count)
    })
  }
  if (written.bytes === 0) await write(`${header}\n`)

  return {
    owners,
    append: ({ owner, name }, { authLinkUrl = '', expiresAt }) =>
      write(formatRows([[owner, name, authLinkUrl, expiresAt.toISOString()]])),
    close: async () => {
      await writes.onIdle()
      await handle.close()
      await locked.release()
    },
  }
}
