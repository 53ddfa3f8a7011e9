// Times the verification of a webhook of 1 kB, up to its event. Prints microseconds.
import { strictEqual } from 'node:assert'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { verifyWebhook } from 'stackone-session/webhook'
import { compare, timedAsync } from './compare.ts'

const secret = 'whsec.0123456789abcdef'
const event = {
  project_id: 'project-1',
  event: 'account.created',
  event_date: '2026-05-04T10:00:00.000Z',
  record_type: 'account',
  record_id: 'account-1',
  sent_at: '2026-05-04T10:00:01.000Z',
  account_id: 'account-1',
  provider: 'bamboohr',
  origin_owner_id: 'acme-42',
  origin_owner_name: 'Acme Inc.',
  origin_username: 'it@acme.example',
  setup_information: { subdomain: 'acme', notes: 'x'.repeat(620) },
}
const body = Buffer.from(JSON.stringify(event))
strictEqual(Math.round(body.length / 50) * 50, 1000)
const signature = createHmac('sha256', secret).update(body).digest('base64url')

const ours = () => verifyWebhook(body, signature, secret)

const hand = async (): Promise<typeof event> => {
  const expected = createHmac('sha256', secret).update(body).digest()
  const received = Buffer.from(signature, 'base64url')
  if (received.length !== expected.length || !timingSafeEqual(received, expected)) throw new Error('wrong signature')
  return JSON.parse(body.toString())
}

strictEqual((await ours()).originOwnerId, (await hand()).origin_owner_id)
const calls = 500
const result = await compare({ ours: timedAsync(ours, calls), hand: timedAsync(hand, calls) }, Number(process.argv[2]))
process.stdout.write(JSON.stringify(result))
