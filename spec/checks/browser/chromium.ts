import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** Returns the path in CHROMIUM, or of a Chromium on the PATH. */
const chromiumPath = (): string | undefined => {
  const { CHROMIUM: configured, PATH = '' } = process.env
  const paths = configured
    ? [configured]
    : PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return paths.find((path) => existsSync(path))
}

/** Flags for a container that runs as root. Background requests are disabled, and no host name is resolved. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: chromiumPath() ?? '', args: flags })
