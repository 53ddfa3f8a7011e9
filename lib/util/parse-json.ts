import { tryGet } from './guards.ts'

/** Parses JSON; returns undefined for any other text. */
export const parseJson = (text: string): unknown => tryGet(() => JSON.parse(text.trim()))
