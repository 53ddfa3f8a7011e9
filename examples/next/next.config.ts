import { join } from 'node:path'
import type { NextConfig } from 'next'

const config: NextConfig = {
  reactStrictMode: true,
  // Only this repository needs the root: the library is linked from two folders up.
  turbopack: { root: join(import.meta.dirname, '../..') },
}

export default config
