// Runs snippets one after the other, each with a new sandbox, and writes the results of their statements to a file.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sandbox } from 'stackone-session/testing'
import { said } from './saying.ts'

/** How a snippet ended. */
export interface Played {
  readonly said: Readonly<Record<number, string>>
  /** The error, if the snippet failed. */
  readonly failed?: string
}

const timeoutMs = 10_000

const play = async (file: string): Promise<Played> => {
  const server = await sandbox().listen()
  process.env['STACKONE_BASE_URL'] = server.url
  said.clear()
  const timer = new AbortController()
  try {
    await Promise.race([
      import(pathToFileURL(resolve(file)).href),
      new Promise((_, reject) => {
        const late = setTimeout(() => reject(new Error(`it took longer than ${timeoutMs} ms`)), timeoutMs)
        timer.signal.addEventListener('abort', () => clearTimeout(late))
      }),
    ])
    return { said: Object.fromEntries(said) }
  } catch (error) {
    return { said: Object.fromEntries(said), failed: error instanceof Error ? String(error.stack) : String(error) }
  } finally {
    timer.abort()
    await server.close()
  }
}

process.env['STACKONE_API_KEY'] = 'v1.sandbox.key'
process.env['STACKONE_WEBHOOK_SECRET'] = 'whsec.sandbox'
process.env['PORT'] = '0' // a free one
const [, , report = '', ...files] = process.argv
const played: Played[] = []
for (const file of files) played.push(await play(file))
writeFileSync(report, JSON.stringify(played))
process.exit()
