/** The version of the package, for the `User-Agent` header. A spec compares it with package.json. */
export const version = '0.2.0'
