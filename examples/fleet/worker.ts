// worker.ts: mints a session for each customer on the queue. Run as many as you like, where you like.
import { hostname } from 'node:os'
import { type Job, UnrecoverableError, Worker } from 'bullmq'
import { createClient, fromJSON, type SessionError } from 'stackone-session'
import { type Customer, connection, name, onceAlone, openQueue, toldOnce } from './queue.ts'

// No retries here: each request is one start of a job, which the limiter counts, and the queue is what repeats it.
const client = createClient({ retries: 0 })
const queue = await openQueue()

const isPassing = (error: SessionError): boolean =>
  error.name === 'NetworkError' ||
  error.name === 'TimeoutError' ||
  (error.name === 'ApiError' && (error.status === 408 || error.status >= 500))

/** What BullMQ is to be told: wait, all of you; try again; or never again. */
const verdict = async (error: SessionError): Promise<Error> => {
  if (error.name === 'ApiError' && error.status === 429) {
    await queue.rateLimit(Math.ceil(Math.max(1, error.retryAfter ?? 60) * 1_000))
    return Worker.RateLimitError()
  }
  const reason = `${error.name}: ${error.message}`
  return isPassing(error) ? new Error(reason) : new UnrecoverableError(reason)
}

const mint = async (job: Job<Customer>): Promise<void> => {
  if (job.data.link !== undefined) return // a worker had it, and was killed before it could say so
  const session = fromJSON(job.data.session)
  const minted = session._tag === 'Left' ? session : await session.right.task(client)()
  if (minted._tag === 'Left') throw await verdict(minted.left)
  const { authLinkUrl, expiresAt } = minted.right
  if (authLinkUrl === undefined) throw new UnrecoverableError('The reply has no auth link.')
  // Not the job's return value: BullMQ would put that on its event stream too, where removing the job leaves it.
  await job.updateData({ ...job.data, link: { url: authLinkUrl, expires: expiresAt.toISOString() } })
}

const worker = new Worker(name, mint, {
  name: `${hostname()}-${process.pid}`,
  connection,
  concurrency: 8,
  // For all workers together. No minute, whenever it begins, has more than 61 * 16 + 3 * 8 in flight = 1,000 requests.
  limiter: { max: 16, duration: 1_000 },
  // A worker renews its locks; those of a dead one end, and its customers go to another within 5 + 2 * 2.5 seconds.
  lockDuration: 5_000,
  stalledInterval: 2_500,
  maxStalledCount: 10,
}).on('error', toldOnce(`worker ${process.pid}`))

/** Finishes what is in flight, for as long as a request may take. */
const stop = async (): Promise<void> => {
  setTimeout(() => process.exit(1), 15_000).unref()
  await worker.close()
  await queue.close()
  process.exit()
}
process.once('SIGINT', stop).once('SIGTERM', stop)
onceAlone(stop)
