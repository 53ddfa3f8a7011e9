// Imported before a script: appends the size of its heap after a collection, in bytes, to the file HEAP_FILE.
import { appendFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

setInterval(() => {
  collect()
  const { heapUsed, rss } = process.memoryUsage()
  appendFileSync(process.env.HEAP_FILE, `${heapUsed} ${rss}\n`)
}, 250).unref()
