// Replaces a number in a file of lib, as NUMBER_MUTANT says, when the file is imported.
import { register } from 'node:module'

register('./number-loader.js', import.meta.url, { data: JSON.parse(process.env.NUMBER_MUTANT) })
