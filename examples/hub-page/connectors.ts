// The connectors that the imitated Hub offers, in the form that the web component expects.
import type { ConnectSession } from 'stackone-session'

export interface Connector {
  /** The connector key, such as `bamboohr`. */
  readonly provider: string
  readonly name: string
  readonly category: string
}

const knownConnectors: readonly Connector[] = [
  { provider: 'bamboohr', name: 'BambooHR', category: 'hris' },
  { provider: 'hibob', name: 'HiBob', category: 'hris' },
  { provider: 'greenhouse', name: 'Greenhouse', category: 'ats' },
  { provider: 'lever', name: 'Lever', category: 'ats' },
  { provider: 'hubspot', name: 'HubSpot', category: 'crm' },
]

/** Returns the connectors of a category, or an invented one for a category without connectors. */
const inCategory = (category: string): readonly Connector[] => {
  const found = knownConnectors.filter((connector) => connector.category === category)
  return found.length > 0 ? found : [{ provider: `sandbox-${category}`, name: `Sandbox ${category}`, category }]
}

/** Returns the connector of a key. An unknown key gets an invented connector, because StackOne adds connectors. */
export const connectorOf = (provider: string, category = 'hris'): Connector =>
  knownConnectors.find((connector) => connector.provider === provider) ?? { provider, name: provider, category }

/** Returns the connectors that a session offers: its provider, or those of its categories. */
export const connectorsFor = ({ provider, categories }: ConnectSession): readonly Connector[] => {
  if (provider !== undefined) return [connectorOf(provider, categories?.[0])]
  return categories === undefined ? knownConnectors : [...new Set(categories)].flatMap(inCategory)
}

/** The credentials that the Hub's form asks for. */
const credentialFields = [
  { key: 'subdomain', label: 'Subdomain', type: 'text', required: true, secret: false, placeholder: 'acme' },
  { key: 'api_key', label: 'API key', type: 'password', required: true, secret: true, placeholder: 'Any text will do' },
] as const

/** Returns the labels of the required credentials that are missing. */
export const missingCredentials = (credentials: Readonly<Record<string, unknown>> = {}): readonly string[] =>
  credentialFields.filter(({ key }) => !String(credentials[key] ?? '').trim()).map(({ label }) => label)

// A data URL, so that the Hub requests nothing from other hosts.
const logoOf = ({ name }: Connector): string => {
  const letter = encodeURIComponent(name.slice(0, 1).toUpperCase())
  return (
    'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"%3E' +
    '%3Crect width="24" height="24" rx="4" fill="%23345"/%3E' +
    `%3Ctext x="12" y="17" font-size="14" text-anchor="middle" fill="white"%3E${letter}%3C/text%3E%3C/svg%3E`
  )
}

export const integrationId = ({ provider }: Connector): string => `sandbox-${provider}`

export const integrationOf = (connector: Connector): object => ({
  active: true,
  name: connector.name,
  provider: connector.provider,
  type: connector.category,
  version: '1.0.0',
  authentication_config_key: 'api_key',
  environment: 'production',
  integration_id: integrationId(connector),
  logo_url: logoOf(connector),
})

export const formOf = (connector: Connector): object => ({
  key: connector.provider,
  name: connector.name,
  type: 'custom',
  assets: { icon: logoOf(connector) },
  configFields: credentialFields,
})
