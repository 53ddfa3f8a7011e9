// A module loader hook that reloads modules. Node.js caches modules by URL, so a new `run` parameter loads the module
// and its imports of the project again. A mutant of load-time code then needs no new process.
import { readFile } from 'node:fs/promises'
import blankTypes from 'ts-blank-space'

const runParameter = /\?run=\d+$/

export const resolve = async (name, context, next) => {
  const resolved = await next(name, context)
  const [run] = runParameter.exec(context.parentURL ?? '') ?? []
  return run !== undefined && resolved.url.endsWith('.ts') ? { ...resolved, url: `${resolved.url}${run}` } : resolved
}

const sources = new Map()

export const load = async (url, context, next) => {
  const file = url.replace(runParameter, '')
  if (!file.endsWith('.ts')) return next(url, context)
  if (!sources.has(file)) sources.set(file, blankTypes(await readFile(new URL(file), 'utf8')))
  return { format: 'module', shortCircuit: true, source: sources.get(file) }
}
