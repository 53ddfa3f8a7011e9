// Runs snippets one after the other, each with a new sandbox, and writes the results of their statements to a file.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { sandbox } from 'stackone-session/testing'
import { withTimeout } from '../../lib/util/timeout.ts'
import { said } from './saying.ts'

/** How a snippet ended. */
export interface Played {
  readonly said: Readonly<Record<number, string>>
  /** The error, if the snippet failed. */
  readonly failed?: string
}

const play = async (file: string): Promise<Played> => {
  const server = await sandbox().listen()
  process.env['STACKONE_BASE_URL'] = server.url
  said.clear()
  const outcome = await withTimeout(10_000, undefined, () => import(pathToFileURL(resolve(file)).href))
  await server.close()
  const failed = outcome.type === 'error' ? inspect(outcome.error) : 'it took longer than ten seconds'
  return { said: Object.fromEntries(said), ...(outcome.type !== 'value' && { failed }) }
}

process.env['STACKONE_API_KEY'] = 'v1.sandbox.key'
process.env['STACKONE_WEBHOOK_SECRET'] = 'whsec.sandbox'
process.env['PORT'] = '0' // a free one
const [, , report = '', ...files] = process.argv
const played: Played[] = []
for (const file of files) played.push(await play(file))
writeFileSync(report, JSON.stringify(played))
process.exit()
