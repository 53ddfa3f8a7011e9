// Helpers of the benchmarks that send many requests.

/** Requests per second, and percentiles of their latency in milliseconds. */
export interface Latency {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** Sends `total` requests, `concurrency` at a time: each sender starts its next request when its last one has ended. */
export const sendMany = async (send: () => Promise<unknown>, total: number, concurrency: number): Promise<Latency> => {
  const latencies = new Float64Array(total)
  const numbers = latencies.keys()
  const sendNext = async (): Promise<void> => {
    for (const number of numbers) {
      const started = performance.now()
      await send()
      latencies[number] = performance.now() - started
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: concurrency }, sendNext))
  const perSecond = (total / (performance.now() - started)) * 1000
  latencies.sort()
  return { perSecond, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }
}
