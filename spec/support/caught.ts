/** Returns the error that a promise rejects with; rejects if the promise resolves. */
export const caught = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('expected a rejection, got a resolved promise')
}
