import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { customersOf } from '../examples/bulk/customers.ts'
import { badDay, writeCustomers } from '../examples/bulk/demo.ts'
import { openFailures } from '../examples/bulk/failures.ts'
import { openLinks } from '../examples/bulk/links.ts'
import { minter } from '../examples/bulk/mint.ts'
import { progress } from '../examples/bulk/terminal.ts'
import { ConnectSessionToken, createClient, session, TimeoutError } from '../lib/index.ts'
import { sandbox } from '../lib/testing/index.ts'
import { until } from './support/call.ts'
import { caught } from './support/caught.ts'
import { rightOf } from './support/either.ts'

const acme = session().owner('acme-42', 'Acme Inc.')

describe('The parts of the example bulk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bulk-parts-'))
  const file = join(folder, 'file.csv')
  const locks = (): readonly string[] => readdirSync(folder).filter((entry) => entry.includes('.lock'))
  afterEach(() => rmSync(file, { force: true }))
  after(() => rmSync(folder, { recursive: true, force: true }))

  describe('the pace', () => {
    const setUp = (perMinute: number, tries = 6) => {
      const api = sandbox()
      const stop = new AbortController()
      const client = createClient({ apiKey: key, fetch: api.fetch })
      return { api, stop, mint: minter(client, { perMinute, tries, signal: stop.signal }) }
    }
    const key = 'v1.eu1.mine'

    it('is so many requests in a minute, and the rest wait until they are told to stop', async () => {
      const { api, stop, mint } = setUp(5)
      const results = Array.from({ length: 8 }, () => mint(acme).catch((reason: unknown) => reason))
      expect(await until(() => api.requests.length === 5)).to.equal(true)
      await sleep(100)
      stop.abort('enough')
      const ends = await Promise.all(results)
      expect(api.requests).to.have.length(5)
      expect(ends.filter((end) => end === 'enough')).to.have.length(3)
    })

    it('counts what is tried again', async () => {
      const { api, stop, mint } = setUp(5)
      api.fail('reset', { times: 2 })
      const results = Array.from({ length: 4 }, () => mint(acme).catch((reason: unknown) => reason))
      expect(await until(() => api.requests.length === 5)).to.equal(true)
      await sleep(500)
      stop.abort('enough')
      const ends = await Promise.all(results)
      expect(api.requests).to.have.length(5)
      expect(ends.filter((end) => end === 'enough')).to.have.length(1)
    })

    it('is none at all for as long as StackOne asks to wait', async () => {
      const { api, mint } = setUp(1000)
      api.fail({ status: 429, retryAfter: 1 })
      const started = performance.now()
      const first = mint(acme)
      expect(await until(() => api.requests.length === 1)).to.equal(true)
      await sleep(20)
      const others = [mint(acme), mint(acme)]
      await sleep(300)
      expect(api.requests).to.have.length(1)
      for (const result of await Promise.all([first, ...others])) expect(rightOf(result).token).to.be.a('string')
      expect(performance.now() - started).to.be.at.least(990)
      expect(api.requests).to.have.length(4)
    })

    it('ends all waits at once when it is told to stop, and warns of none', async () => {
      const { api, stop, mint } = setUp(1000)
      const warnings: Error[] = []
      const warned = (warning: Error): unknown => warnings.push(warning)
      process.on('warning', warned)
      try {
        api.fail({ status: 429, retryAfter: 60 })
        const first = mint(acme).catch((error: unknown) => error)
        expect(await until(() => api.requests.length === 1)).to.equal(true)
        await sleep(20)
        const others = Array.from({ length: 20 }, () => mint(acme).catch((reason: unknown) => reason))
        await sleep(20)
        stop.abort('enough')
        for (const end of await Promise.all(others)) expect(end).to.equal('enough')
        expect(await first)
          .to.be.an('error')
          .with.property('name', 'AbortError')
      } finally {
        process.off('warning', warned)
      }
      expect(warnings).to.deep.equal([])
      expect(api.requests).to.have.length(1)
    })

    it('gives up on a customer after some requests, or at once where another would be no better', async () => {
      const { api, mint } = setUp(1000, 3)
      api.fail(500, { times: 3 })
      expect(await mint(acme)).to.have.nested.property('left.status', 500)
      expect(api.requests).to.have.length(3)
      api.fail(422)
      expect(await mint(acme)).to.have.nested.property('left.status', 422)
      expect(await mint(acme.label(' '))).to.have.nested.property('left.name', 'ValidationError')
      expect(api.requests).to.have.length(4)
    })

    it('takes a token without a link for a failure', async () => {
      const { api, mint } = setUp(1000)
      api.fail({ drift: 'no auth_link_url' })
      expect(await mint(acme)).to.have.nested.property('left.name', 'ReplyError')
      expect(api.requests).to.have.length(1)
    })
  })

  describe('the file of links', () => {
    const header = 'owner,name,link,expires_at\n'
    const minted = rightOf(
      ConnectSessionToken.decode({
        token: 'tok',
        auth_link_url: 'https://api.example/connect/tok',
        created_at: '2026-05-04T10:00:00.000Z',
      }),
    )
    const customer = (owner: string, name: string) => ({ owner, name, categories: [] })
    const line = (owner: string, name: string): string =>
      `${owner},${name},https://api.example/connect/tok,2026-05-04T10:30:00.000Z\n`
    const acmeLine = line('acme-42', '"Acme\r\nInc."')

    const begun: readonly (readonly [title: string, before: string, after: string, owners: readonly string[]])[] = [
      ['is there only in part', header.slice(0, 9), header, []],
      ['is empty', '', header, []],
      ['has no customer', header, header, []],
      ['is whole', header + acmeLine, header + acmeLine, ['acme-42']],
      [
        'lost its last line break',
        header + acmeLine + line('globex-7', 'Globex').trimEnd(),
        header + acmeLine,
        ['acme-42'],
      ],
      ['was cut off in a word', `${header}${acmeLine}glob`, header + acmeLine, ['acme-42']],
      [
        'was cut off inside quotes, after a line break',
        `${header}${acmeLine}globex-7,"Glo\n`,
        header + acmeLine,
        ['acme-42'],
      ],
      [
        'was saved by a spreadsheet',
        `\uFEFF${(header + line('acme-42', 'Acme')).replaceAll('\n', '\r\n')}`,
        '',
        ['acme-42'],
      ],
    ]

    for (const [title, before, after, owners] of begun)
      it(`goes on with one that ${title}`, async () => {
        writeFileSync(file, before)
        const links = await openLinks(file)
        expect([...links.owners]).to.deep.equal(owners)
        await links.append(customer('hooli-9', 'Hooli, "the"\nBest'), minted)
        await links.close()
        expect(readFileSync(file, 'utf8')).to.equal(`${after || before}${line('hooli-9', '"Hooli, ""the""\nBest"')}`)
        const again = await openLinks(file)
        expect([...again.owners]).to.deep.equal([...owners, 'hooli-9'])
        await again.close()
        expect(locks()).to.deep.equal([])
      })

    it('has each of many lines that came at once', async () => {
      const links = await openLinks(file)
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => links.append(customer(`acme-${index}`, 'Acme'), minted)),
      )
      await links.close()
      const again = await openLinks(file)
      expect([...again.owners]).to.have.members(Array.from({ length: 50 }, (_, index) => `acme-${index}`))
      await again.close()
    })

    it('is left as it was if it is another file', async () => {
      const others = [
        ...['owner,name,category\nacme-42,Acme', 'owner,name\n', '\n', header.replaceAll(',', ';')],
        `${header.trim()},note\nacme-42,Acme,https://api.example/connect/tok,2026-05-04T10:30:00.000Z,mailed\n`,
        (header + line('acme-42', 'Acme')).replaceAll('\n', '\r'), // as a spreadsheet writes it for old Macs
      ]
      for (const text of others) {
        writeFileSync(file, text)
        expect(await caught(openLinks(file)))
          .to.have.property('message')
          .that.includes('was left as it was')
        expect(readFileSync(file, 'utf8')).to.equal(text)
        expect(locks()).to.deep.equal([])
      }
    })

    if (process.platform !== 'win32')
      it('can be read by its owner alone', async () => {
        await (await openLinks(file)).close()
        expect(statSync(file).mode & 0o077).to.equal(0)
      })

    it('is free again after a run that was killed', async () => {
      writeFileSync(`${file}.lock.999999999`, '')
      await (await openLinks(file)).close()
      expect(locks()).to.deep.equal([])
      writeFileSync(`${file}.lock.${process.ppid}`, '')
      expect(await caught(openLinks(file)))
        .to.have.property('message')
        .that.includes(`process ${process.ppid}`)
      expect(locks()).to.deep.equal([`file.csv.lock.${process.ppid}`])
      rmSync(`${file}.lock.${process.ppid}`)
    })

    it('belongs to one of several runs that begin at once', async () => {
      const names = Array.from({ length: 20 }, (_, index) => join(folder, `at-once-${index}.csv`))
      // Each keeps what it has until all are done: it listens on, and so it lives on.
      const script = `
        const { lock } = await import('./examples/bulk/lock.ts')
        const has = []
        process.on('message', async (names) => {
          for (const name of names) await lock(name, 1).then(() => has.push(name), () => {})
          process.send(has)
        })
        process.send('ready')`
      const runs = Array.from({ length: 4 }, () =>
        spawn(process.execPath, ['--import=./spec/support/typescript.js', '--input-type=module', '-e', script], {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        }),
      )
      try {
        await Promise.all(runs.map((run) => once(run, 'message')))
        for (const run of runs) run.send(names)
        const had = (await Promise.all(runs.map((run) => once(run, 'message')))).flatMap(([names]) => names)
        expect(had).not.to.deep.equal([])
        expect(had).to.deep.equal([...new Set(had)])
      } finally {
        await Promise.all(runs.map((run) => run.kill('SIGKILL') && once(run, 'exit')))
        for (const entry of locks()) rmSync(join(folder, entry))
      }
    })
  })

  describe('the file of failures', () => {
    it('has its header first and each customer in turn, though many fail at once', async () => {
      const fail = await openFailures(file)
      const owners = Array.from({ length: 200 }, (_, index) => `acme-${index}`)
      const error = new TimeoutError('No answer.')
      await Promise.all(owners.map((owner) => fail({ owner, name: 'Acme', categories: ['ats', 'hris'] }, error)))
      const rows = owners.map((owner) => `${owner},Acme,ats hris,TimeoutError: No answer.\n`)
      expect(readFileSync(file, 'utf8')).to.equal(`owner,name,category,reason\n${rows.join('')}`)
    })
  })

  describe('the progress bar', () => {
    it('hides no cursor, which a run that is killed could not bring back', () => {
      const { isTTY, write } = process.stderr
      const written: string[] = []
      Object.assign(process.stderr, { isTTY: true, write: (text: string) => written.push(text) > 0 })
      try {
        const bar = progress(10)
        bar.increment()
        bar.stop()
      } finally {
        Object.assign(process.stderr, { isTTY, write })
      }
      expect(written.join('')).to.include('1 of 10')
      expect(written.join('')).not.to.include('\x1b[?25l')
    })
  })

  describe('a bad day', () => {
    for (const share of [0, 0.1, 1])
      it(`has ${share * 100} faults among a hundred answers`, async () => {
        const client = createClient({ apiKey: 'any', fetch: badDay(share).fetch, retries: 0 })
        const ends = await Promise.all(Array.from({ length: 1000 }, () => acme.task(client)()))
        expect(ends.filter(({ _tag }) => _tag === 'Left').length / 1000).to.be.closeTo(share, 0.03)
      })
  })

  describe('the file of customers', () => {
    const readAll = async (): Promise<readonly string[]> => {
      const owners: string[] = []
      for await (const { owner } of customersOf(file)) owners.push(owner)
      return owners
    }

    const broken: readonly (readonly [title: string, text: string | Buffer, message: RegExp])[] = [
      ['has no column for the owner', 'id,name\na,b\n', /file\.csv: the first line names no column owner; expected/],
      ['is empty', '', /file\.csv: the first line names no column owner and none name/],
      ['has blank lines alone', '\uFEFF\r\n\r\n', /names no column owner and none name/],
      ['has other separators', 'owner;name\na;b\n', /names no column owner and none name/],
      ['is not in UTF-8', Buffer.from('owner,name\na,b\nc,M\xFCller\n', 'latin1'), /file\.csv: line 3 is not in UTF-8/],
      ['has a quote that nobody closed', 'owner,name\na,"b\nc,d\n', /file\.csv: Quote Not Closed.*line \d/],
      ['has a quote that takes the rest', `owner,name\na,"b\n${'c,d\n'.repeat(50_000)}`, /file\.csv: Max Record Size/],
    ]

    for (const [title, text, message] of broken)
      it(`is refused if it ${title}`, async () => {
        writeFileSync(file, text)
        expect(await caught(readAll()))
          .to.have.property('message')
          .that.matches(message)
      })

    it('is read as it was written', async () => {
      await writeCustomers(file, 1000)
      expect(await readAll()).to.deep.equal(Array.from({ length: 1000 }, (_, index) => `acme-${index + 1}`))
    })
  })
})
