import type { ConnectSessionCreate } from '../create.ts'

/** A connector that the sandbox's Hub offers. */
export interface Connector {
  /** Its key, such as `bamboohr`. */
  readonly provider: string
  readonly name: string
  readonly category: string
}

const connectors: readonly Connector[] = [
  { provider: 'bamboohr', name: 'BambooHR', category: 'hris' },
  { provider: 'hibob', name: 'HiBob', category: 'hris' },
  { provider: 'greenhouse', name: 'Greenhouse', category: 'ats' },
  { provider: 'lever', name: 'Lever', category: 'ats' },
  { provider: 'hubspot', name: 'HubSpot', category: 'crm' },
]

/** A category that no connector of the list is for has one all the same: a Hub without any is of no use in a test. */
const inCategory = (category: string): readonly Connector[] => {
  const found = connectors.filter((connector) => connector.category === category)
  const made = { provider: `sandbox-${category}`, name: `Sandbox ${category}`, category }
  return found.length > 0 ? found : [made]
}

/** A connector by its key; the list of real ones grows every week, so that any key has one. */
export const connectorOf = (provider: string, category = 'hris'): Connector =>
  connectors.find((connector) => connector.provider === provider) ?? { provider, name: provider, category }

/** What the Hub offers to the end user of a session: the provider that it names, or those of its categories. */
export const connectorsFor = ({ provider, categories }: ConnectSessionCreate): readonly Connector[] => {
  if (provider !== undefined) return [connectorOf(provider, categories?.[0])]
  return categories === undefined ? connectors : [...new Set(categories)].flatMap(inCategory)
}
