// Whether what stands here may be released: all places say the same version, and nothing is uncommitted.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { version } from '../../lib/version.ts'

interface Manifest {
  readonly version: string
  readonly repository?: string | { readonly url?: string }
  readonly packages?: Readonly<Record<string, { readonly version?: string } | undefined>>
}

const parsed = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8'))
const manifest = parsed('package.json')
const lock = parsed('package-lock.json')

/** The parts of the changelog: each heading of the second level, and what is below it. */
const changelog = readFileSync('CHANGELOG.md', 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((part) => {
    const [heading = '', ...lines] = part.split('\n')
    return { heading, text: lines.filter((line) => line.trim() !== '' && !/^\[[^\]]+\]: /.test(line)).join('\n') }
  })

const isDay = (text: string): boolean =>
  !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text) && Date.parse(text) <= Date.now()

const changelogProblems = (): readonly string[] => {
  const [unreleased, latest] = changelog[0]?.heading === '[Unreleased]' ? changelog : [undefined, ...changelog]
  const [, released, day = ''] = /^\[([^\]]+)\] - (\d{4}-\d\d-\d\d)$/.exec(latest?.heading ?? '') ?? []
  if (released !== version) return [`CHANGELOG.md: the newest release is not "## [${version}] - YYYY-MM-DD"`]
  return [
    ...(isDay(day) ? [] : [`CHANGELOG.md: ${day} is no day up to today`]),
    ...(/^### /m.test(latest?.text ?? '') ? [] : [`CHANGELOG.md: ${version} tells of no change`]),
    ...(unreleased === undefined || unreleased.text === '' ? [] : ['CHANGELOG.md: [Unreleased] is not empty']),
  ]
}

const versionProblems = (): readonly string[] =>
  Object.entries({
    'package.json': manifest.version,
    'package-lock.json': lock.version,
    'package-lock.json, its first package': lock.packages?.['']?.version,
  })
    .filter(([, said]) => said !== version)
    .map(([place, said]) => `${place}: ${said}, but lib/version.ts says ${version}`)

const treeProblems = (): readonly string[] =>
  execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `git: not committed: ${line.slice(3)}`)

/** A workflow that publishes runs on the tag of the version, and provenance names the repository that it runs in. */
const tagProblems = ({ GITHUB_REF_TYPE, GITHUB_REF_NAME, GITHUB_REPOSITORY = '' } = process.env): readonly string[] => {
  if (GITHUB_REF_TYPE !== 'tag') return []
  const { repository = '' } = manifest
  const url = (typeof repository === 'string' ? repository : repository.url) ?? ''
  const known = GITHUB_REPOSITORY !== '' && url.replace(/\.git$/, '').endsWith(`/${GITHUB_REPOSITORY}`)
  return [
    ...(GITHUB_REF_NAME === `v${version}` ? [] : [`git: the tag is ${GITHUB_REF_NAME}, not v${version}`]),
    ...(known ? [] : [`package.json: "repository" must name ${GITHUB_REPOSITORY}, or npm refuses the provenance`]),
  ]
}

const problems = [...versionProblems(), ...changelogProblems(), ...treeProblems(), ...tagProblems()]
for (const problem of problems) console.error(problem)
if (problems.length === 0) console.log(`${version} may be released, once all checks have passed`)
process.exitCode = problems.length === 0 ? 0 : 1
