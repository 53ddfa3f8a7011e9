/** Inside a describe: collects the unhandled rejections of each test. */
export const unhandledRejections = (): readonly unknown[] => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => {
    unhandled.push(reason)
  }
  beforeEach(() => {
    unhandled.length = 0
    process.on('unhandledRejection', note)
  })
  afterEach(() => {
    process.off('unhandledRejection', note)
  })
  return unhandled
}
