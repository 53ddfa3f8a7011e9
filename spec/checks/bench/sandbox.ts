// Serves the sandbox. Prints its URL.
import { sandbox } from 'stackone-session/testing'
import { apiKey } from './payload.ts'

const { url } = await sandbox({ apiKey }).listen()
process.stdout.write(`${url}\n`)
