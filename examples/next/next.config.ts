import { join } from 'node:path'
import type { NextConfig } from 'next'

// In a project of your own none of this is needed: here the library is linked from two folders up.
const config: NextConfig = { turbopack: { root: join(import.meta.dirname, '../..') } }

export default config
