// worker.ts: creates a session for each queued customer. Run any number of workers, on any number of machines.
import { hostname } from 'node:os'
import { type Job, UnrecoverableError, Worker } from 'bullmq'
import { createClient, fromJSON, type SessionError } from 'stackone-session'
import { type Customer, connection, logOnce, name, onParentExit, openQueue } from './queue.ts'

// The limiter counts the starts of jobs, so each start sends one request and the queue retries.
const client = createClient({ retries: 0 })
const queue = await openQueue()

const isTransient = (error: SessionError): boolean =>
  error.name === 'NetworkError' ||
  error.name === 'TimeoutError' ||
  (error.name === 'ApiError' && (error.status === 408 || error.status >= 500))

/** Returns the error that makes BullMQ pause all workers (429), retry the job, or fail it. */
const toJobError = async (error: SessionError): Promise<Error> => {
  if (error.name === 'ApiError' && error.status === 429) {
    await queue.rateLimit(Math.ceil(Math.max(1, error.retryAfter ?? 60) * 1_000))
    return Worker.RateLimitError()
  }
  const reason = `${error.name}: ${error.message}`
  return isTransient(error) ? new Error(reason) : new UnrecoverableError(reason)
}

const mint = async (job: Job<Customer>): Promise<void> => {
  if (job.data.link !== undefined) return // created by a worker that was killed before the job completed
  const session = fromJSON(job.data.session)
  const created = session._tag === 'Left' ? session : await session.right.task(client)()
  if (created._tag === 'Left') throw await toJobError(created.left)
  const { authLinkUrl, expiresAt } = created.right
  if (authLinkUrl === undefined) throw new UnrecoverableError('The response has no auth link.')
  // BullMQ also adds return values to its event stream, where they outlive the job. Job data is removed with the job.
  await job.updateData({ ...job.data, link: { url: authLinkUrl, expires: expiresAt.toISOString() } })
}

const worker = new Worker(name, mint, {
  name: `${hostname()}-${process.pid}`,
  connection,
  concurrency: 8,
  // Shared by all workers. Any 60 seconds have at most 61 * 16 starts and 3 * 8 requests in flight: 1,000 requests.
  limiter: { max: 16, duration: 1_000 },
  // The locks of a killed worker expire, and other workers take over its jobs within 5 + 2 * 2.5 seconds.
  lockDuration: 5_000,
  stalledInterval: 2_500,
  maxStalledCount: 10,
}).on('error', logOnce(`worker ${process.pid}`))

/** Waits for the requests in flight, and exits after 15 seconds at the latest. */
const stop = async (): Promise<void> => {
  setTimeout(() => process.exit(1), 15_000).unref()
  await worker.close()
  await queue.close()
  process.exit()
}
process.once('SIGINT', stop).once('SIGTERM', stop)
onParentExit(stop)
