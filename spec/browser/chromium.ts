import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** What is told where there is no browser. */
export const noChromium =
  'There is no Chromium: run `apt-get install chromium`, or name one with CHROMIUM=/path/to/chromium.'

/** The Chromium of this machine: the one that CHROMIUM names, or one on the PATH. */
export const chromiumPath = (): string | undefined => {
  const { CHROMIUM: named, PATH = '' } = process.env
  const paths = named ? [named] : PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return paths.find((path) => existsSync(path))
}

/** For a root's container, without a word to anybody; no name but that of this machine is even looked up. */
export const flags = [
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
