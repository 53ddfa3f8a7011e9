import { inspect } from 'node:util'

/** Returns the error that a promise rejects with; rejects if the promise resolves. */
export const caught = async (promise: Promise<unknown>): Promise<unknown> => {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`expected a rejection, got ${inspect(value)}`)
}
