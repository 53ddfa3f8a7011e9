// Runs the specs that need a real browser, or says in one line that there is none.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromiumPath, noChromium } from './chromium.ts'

/** A command that fails, which has told why, ends this process too. */
const run = (command: string, ...args: readonly string[]): void => {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
}

if (chromiumPath() === undefined) {
  console.error(noChromium)
  process.exit(1)
}

run('npm', 'run', '--silent', 'build')
for (const folder of ['examples/hub-page', 'spec/browser']) {
  const flags = ['--ignore-scripts', '--silent', '--no-audit', '--no-fund']
  // npm writes this file when all is there.
  if (!existsSync(join(folder, 'node_modules', '.package-lock.json'))) run('npm', 'ci', '--prefix', folder, ...flags)
  run('npx', 'tsc', '-p', folder)
}

const flags = ['--no-config', '--forbid-only', '--forbid-pending', '--timeout', '60000']
run('npx', 'mocha', ...flags, '--node-option', 'import=./spec/support/typescript.js', 'spec/browser/*.browser.ts')
