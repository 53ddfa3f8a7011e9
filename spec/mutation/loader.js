// A module is loaded once into a process; with another `run` in its address it is loaded anew, and with it all that it
// imports of the project. So a mutant of what runs at load costs a moment, and not a process.
import { readFile } from 'node:fs/promises'
import blankTypes from 'ts-blank-space'

const numbered = /\?run=\d+$/

export const resolve = async (name, context, next) => {
  const found = await next(name, context)
  const [run] = numbered.exec(context.parentURL ?? '') ?? []
  return run !== undefined && found.url.endsWith('.ts') ? { ...found, url: `${found.url}${run}` } : found
}

const sources = new Map()

export const load = async (url, context, next) => {
  const file = url.replace(numbered, '')
  if (!file.endsWith('.ts')) return next(url, context)
  if (!sources.has(file)) sources.set(file, blankTypes(await readFile(new URL(file), 'utf8')))
  return { format: 'module', shortCircuit: true, source: sources.get(file) }
}
