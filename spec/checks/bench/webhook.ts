// Times the verification of a webhook of 1 kB, up to its event. Prints microseconds.
import { strictEqual } from 'node:assert'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { verifyWebhook } from 'stackone-session/webhook'
import { created, secret, sign } from '../../support/webhook.ts'
import { compare, timedAsync } from './compare.ts'

const event = { ...created, setup_information: { subdomain: 'acme', notes: 'x'.repeat(620) } }
const body = Buffer.from(JSON.stringify(event))
strictEqual(Math.round(body.length / 50) * 50, 1000)
const signature = sign(body)

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
