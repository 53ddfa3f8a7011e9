// The payload that every contestant sends.
import type { Session, session } from 'stackone-session'
import type { SdkModel } from './installed.ts'

export const apiKey = 'v1.bench.key'

const metadata = { plan: 'pro', seats: 12, region: 'eu' }

/** A chain of seven calls. The library is a parameter, so that other contestants do not load it. */
export const chain = (begin: typeof session): Session =>
  begin()
    .owner('acme-42', 'Acme Inc.')
    .username('it@acme.example')
    .provider('bamboohr')
    .categories('ats', 'hris')
    .expiresIn(3600)
    .metadata(metadata)
    .multiple()

/** The wire object as a literal, without validation. */
export const wire = () => ({
  origin_owner_id: 'acme-42',
  origin_owner_name: 'Acme Inc.',
  origin_username: 'it@acme.example',
  provider: 'bamboohr',
  categories: ['ats', 'hris'],
  expires_in: 3600,
  metadata: { ...metadata },
  multiple: true,
})

/** The input of the SDK. */
export const model = (): SdkModel => ({
  originOwnerId: 'acme-42',
  originOwnerName: 'Acme Inc.',
  originUsername: 'it@acme.example',
  provider: 'bamboohr',
  categories: ['ats', 'hris'],
  expiresIn: 3600,
  metadata: { ...metadata },
  multiple: true,
})

/** The request body of the SDK: it drops the metadata fields and adds a default type. */
export const fromSdk = () => ({ ...wire(), metadata: {}, type: 'production' })
