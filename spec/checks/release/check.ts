// Checks whether the working tree can be released: equal versions, addresses, a changelog, and no uncommitted changes.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { version } from '../../../lib/util/defaults.ts'

interface Manifest {
  readonly version: string
  readonly repository?: string | { readonly url?: string }
  readonly bugs?: string | object
  readonly homepage?: string
  readonly packages?: Readonly<Record<string, { readonly version?: string } | undefined>>
}

const readManifest = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8'))
const manifest = readManifest('package.json')
const lock = readManifest('package-lock.json')

/** The sections of the changelog: each second-level heading, and the text below it. */
const changelog = readFileSync('CHANGELOG.md', 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((part) => {
    const [heading = '', ...lines] = part.split('\n')
    return { heading, text: lines.filter((line) => line.trim() !== '' && !/^\[[^\]]+\]: /.test(line)).join('\n') }
  })

const isPastDate = (text: string): boolean =>
  !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text) && Date.parse(text) <= Date.now()

const changelogProblems = (): readonly string[] => {
  const [unreleased, latest] = changelog[0]?.heading === '[Unreleased]' ? changelog : [undefined, ...changelog]
  const [, released, day = ''] = /^\[([^\]]+)\] - (\d{4}-\d\d-\d\d)$/.exec(latest?.heading ?? '') ?? []
  if (released !== version) return [`CHANGELOG.md: the newest release is not "## [${version}] - YYYY-MM-DD"`]
  return [
    ...(isPastDate(day) ? [] : [`CHANGELOG.md: ${day} must be a date that is not in the future`]),
    ...(/^### /m.test(latest?.text ?? '') ? [] : [`CHANGELOG.md: ${version} lists no changes`]),
    ...(unreleased === undefined || unreleased.text === '' ? [] : ['CHANGELOG.md: [Unreleased] must be empty']),
  ]
}

const versionProblems = (): readonly string[] =>
  Object.entries({
    'package.json': manifest.version,
    'package-lock.json': lock.version,
    'package-lock.json, root package': lock.packages?.['']?.version,
  })
    .filter(([, found]) => found !== version)
    .map(([place, found]) => `${place}: expected ${version} as in lib/util/defaults.ts, got ${found}`)

/** The manifest has no invented addresses, so they are set when the repository is public. npm resolves links with them. */
const addressProblems = (): readonly string[] =>
  (['repository', 'bugs', 'homepage'] as const)
    .filter((name) => !manifest[name])
    .map((name) => `package.json: "${name}" must be set to the address of the public repository`)

const treeProblems = (): readonly string[] =>
  execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `git: uncommitted change: ${line.slice(3)}`)

/** On a tag, the tag must match the version, and npm's provenance requires the name of the repository. */
const tagProblems = ({ GITHUB_REF_TYPE, GITHUB_REF_NAME, GITHUB_REPOSITORY = '' } = process.env): readonly string[] => {
  if (GITHUB_REF_TYPE !== 'tag') return []
  const { repository = '' } = manifest
  const url = (typeof repository === 'string' ? repository : repository.url) ?? ''
  const isSameRepository = GITHUB_REPOSITORY !== '' && url.replace(/\.git$/, '').endsWith(`/${GITHUB_REPOSITORY}`)
  return [
    ...(GITHUB_REF_NAME === `v${version}` ? [] : [`git: expected the tag v${version}, got ${GITHUB_REF_NAME}`]),
    ...(isSameRepository
      ? []
      : [`package.json: "repository" must be ${GITHUB_REPOSITORY}, or npm rejects the provenance`]),
  ]
}

const problems = [
  ...versionProblems(),
  ...addressProblems(),
  ...changelogProblems(),
  ...treeProblems(),
  ...tagProblems(),
]
for (const problem of problems) console.error(problem)
if (problems.length === 0) console.log(`${version} can be released if all other checks pass.`)
process.exitCode = problems.length === 0 ? 0 : 1
