// The one payload that all contestants make, each in its own way.
import type { Session, session } from 'stackone-session'
import type { SdkModel } from './installed.ts'

const metadata = { plan: 'pro', seats: 12, region: 'eu' }

/** Seven calls; the library is handed in, so that the others are measured in processes that never load it. */
export const chain = (begin: typeof session): Session =>
  begin()
    .owner('acme-42', 'Acme Inc.')
    .username('it@acme.example')
    .provider('bamboohr')
    .categories('ats', 'hris')
    .expiresIn(3600)
    .metadata(metadata)
    .multiple()

/** By hand, as it goes over the wire; nothing checks it. */
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

/** What the vendor's SDK takes. */
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

/** What the SDK makes of it: it drops what is in the metadata, and adds a default. */
export const fromSdk = () => ({ ...wire(), metadata: {}, type: 'production' })
