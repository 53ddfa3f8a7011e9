/** Notes rejections that nobody handles, for each test of the suite that asks. */
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
