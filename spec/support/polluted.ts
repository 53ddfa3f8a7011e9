/** Runs work while every object inherits some fields, as after an attack on a function that merges objects. */
export const polluted = async <A>(fields: object, work: () => A | Promise<A>): Promise<A> => {
  for (const [name, value] of Object.entries(fields))
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
  try {
    return await work()
  } finally {
    for (const name of Object.keys(fields)) Reflect.deleteProperty(Object.prototype, name)
  }
}
