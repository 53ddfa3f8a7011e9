/** Returns the CPU time of work in milliseconds. Unlike the wall clock, it does not depend on the load of the machine. */
export const processorTime = async (work: () => unknown): Promise<number> => {
  const started = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1000
}
