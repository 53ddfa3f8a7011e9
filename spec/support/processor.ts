/** The processor's time that work takes, in milliseconds: unlike the clock's, it does not depend on who else is busy. */
export const processorTime = async (work: () => unknown): Promise<number> => {
  const started = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1000
}
