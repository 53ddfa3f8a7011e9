// Times a send on loopback, from the session to its token. Prints microseconds.
import { compare, timedAsync } from './compare.ts'
import { senderOf } from './senders.ts'

const [, , url = '', rounds] = process.argv
const calls = 100

const result = await compare(
  {
    ours: timedAsync(await senderOf('ours', url), calls),
    ky: timedAsync(await senderOf('ky', url), calls),
    sdk: timedAsync(await senderOf('sdk', url), calls),
    fetch: timedAsync(await senderOf('fetch', url), calls),
  },
  Number(rounds),
)
process.stdout.write(JSON.stringify(result))
