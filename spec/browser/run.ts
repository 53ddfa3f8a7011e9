// Runs the specs that need a real browser, or says in one line that there is none.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromiumPath, noChromium } from './chromium.ts'

const run = (command: string, ...args: readonly string[]): unknown => execFileSync(command, args, { stdio: 'inherit' })

const install = (folder: string): unknown =>
  existsSync(join(folder, 'node_modules')) ||
  run('npm', 'ci', '--prefix', folder, '--ignore-scripts', '--silent', '--no-audit', '--no-fund')

const main = (): void => {
  if (chromiumPath() === undefined) {
    console.error(noChromium)
    process.exitCode = 1
    return
  }
  run('npm', 'run', '--silent', 'build')
  for (const folder of ['examples/hub-page', 'spec/browser']) {
    install(folder)
    run('npx', 'tsc', '-p', folder)
  }
  const flags = ['--no-config', '--forbid-only', '--forbid-pending', '--timeout', '60000']
  run('npx', 'mocha', ...flags, '--node-option', 'import=./spec/support/typescript.js', 'spec/browser/*.browser.ts')
}

try {
  main()
} catch {
  process.exitCode = 1 // what failed has told so itself
}
