import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import blankTypes from 'ts-blank-space'

const state = {}

export const initialize = ({ file, start, end, replacement }) => {
  Object.assign(state, { url: pathToFileURL(resolve(file)).href, start, end, replacement })
}

export const load = async (url, context, next) => {
  if (url !== state.url) return next(url, context)
  const source = await readFile(new URL(url), 'utf8')
  const mutated = source.slice(0, state.start) + state.replacement + source.slice(state.end)
  return { format: 'module', shortCircuit: true, source: blankTypes(mutated) }
}
