/** The version of the package, for the `User-Agent`. A spec holds it to package.json. */
export const version = '0.1.0'
