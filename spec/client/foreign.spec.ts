import { expect } from 'chai'
import { createClient, InvalidResponseError, type SessionError, session } from '../../lib/index.ts'
import { apiKey } from '../support/call.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'
import { minted } from '../support/server.ts'
import { jsonResponse, stub } from '../support/stub.ts'

const clientFor = (body: object, status = 201) =>
  createClient({ apiKey, fetch: stub(() => jsonResponse(status, body)).fetch })

const sendFor = (ownerId: string, body: object) => session().owner(ownerId, 'A customer').task(clientFor(body))()

const expectForeign = (error: SessionError): void => {
  expect(error).to.be.instanceOf(InvalidResponseError).and.include({ attempts: 1 })
  expect(error.message)
    .to.include(' with the response to another request: ')
    .and.include('Check that no cache or proxy returns the responses of other requests.')
  for (const text of [error.message, String(error.stack), JSON.stringify(error)])
    for (const secret of [minted.token, minted.auth_link_url, minted.origin_owner_id])
      expect(text).not.to.include(secret)
}

describe('A response to another request, such as one that a cache repeats', () => {
  const foreign: readonly (readonly [requested: string, received: unknown])[] = [
    ['globex-7', 'acme-42'],
    ['acme-4', 'acme-42'],
    ['ACME-42', 'acme-42'],
    ['7', 8],
    ['042', 42],
    ['9007199254740993', 9_007_199_254_741_000],
    ['globex-7', ' '],
  ]
  itEach('does not resolve with the token of another owner', foreign, async ([requested, received]) => {
    const error = leftOf(await sendFor(requested, { ...minted, origin_owner_id: received }))
    expectForeign(error)
    expect(error).to.have.deep.property('issues', [{ path: 'origin_owner_id', message: 'must be that of the request' }])
  })

  const own: readonly (readonly [requested: string, received: unknown])[] = [
    ['acme-42', 'acme-42'],
    [' acme-42 ', 'acme-42'],
    ['acme-42', 'acme-42\n'],
    ['42', 42],
    ['9007199254740993', 2 ** 53],
    ['caf\u00e9', 'cafe\u0301'],
    ['a\ud800', 'a\ufffd'],
    ['globex-7', null],
    ['globex-7', undefined],
  ]
  itEach(
    'is not confused with one whose owner is spelled differently or absent',
    own,
    async ([requested, received]) => {
      const { token } = rightOf(await sendFor(requested, { ...minted, origin_owner_id: received }))
      expect(token).to.equal(minted.token)
    },
  )

  it('does not resolve get with another session', async () => {
    const { token, auth_link_url, ...opened } = minted
    expectForeign(leftOf(await clientFor(opened, 200).task.get(1)()))
    expectForeign(leftOf(await clientFor({ ...opened, id: 'ses_2' }, 200).task.get('ses_1')()))
    for (const id of [4711, '4711', ' 4711'])
      expect(rightOf(await clientFor(opened, 200).task.get(id)())).to.have.property('id', '4711')
    expect(rightOf(await clientFor({ ...opened, id: null }, 200).task.get(1)())).not.to.have.property('id')
  })

  it('does not end waitForConnection, which polls until the session itself is connected', async () => {
    const connected = { id: 'a', status: 'authenticated', account_secure_id: 'foreign' }
    const bodies = [
      { ...minted, id: 1, latest_connection_attempt: connected },
      { ...minted, id: 1, latest_connection_attempt: connected },
      { ...minted, latest_connection_attempt: { ...connected, account_secure_id: 'own' } },
    ]
    const { fetch, requests } = stub((number) => jsonResponse(200, bodies[number - 1]))
    const { accountId } = await createClient({ apiKey, fetch }).waitForConnection(4711, { interval: 1 })
    expect(accountId).to.equal('own')
    expect(requests).to.have.length(3)
  })
})
