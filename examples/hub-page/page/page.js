import { createTokenFetcher, TokenRequestError } from 'stackone-session/page'

const fetchToken = createTokenFetcher('connect-session')

/** @param {string} id */
const getElement = (id) => {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`The page has no element #${id}.`)
  return element
}

/** @param {string} text */
const showMessage = (text) => {
  getElement('message').textContent = text
}

/** @param {unknown} error */
const messageFor = (error) => {
  if (!(error instanceof TokenRequestError)) return 'The server is not responding. Try again later.'
  switch (error.code) {
    case 'unauthorized':
      return 'Sign in first, then connect an account.'
    case 'rate-limited':
      return `Too many requests. Try again in ${error.retryAfter ?? 60} seconds.`
    case 'network':
      return 'The server is not responding. Try again later.'
    default:
      return 'The connection could not be started. Try again later.'
  }
}

/** @param {string} id */
const isStored = async (id) => {
  const response = await fetch('accounts')
  /** @type {readonly { readonly accountId: string }[]} */
  const accounts = response.ok ? await response.json() : []
  return accounts.some(({ accountId }) => accountId === id)
}

/**
 * Shows an account once the backend has stored it. A webhook reports it there, shortly before or after the Hub's event.
 *
 * @param {{ readonly id: string, readonly provider: string }} account
 */
const showConnected = async ({ id, provider }) => {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (await isStored(id)) return showMessage(`Connected ${provider} as ${id}.`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  showMessage(`The connection to ${provider} is not confirmed yet.`)
}

/** Opens the Hub with a new token. */
const openHub = async () => {
  const { token } = await fetchToken({ categories: ['ats', 'hris'] })
  const { hubUrl } = await (await fetch('config.json')).json()
  const hub = document.createElement('stackone-hub')
  hub.setAttribute('token', token)
  hub.setAttribute('base-url', hubUrl)
  hub.addEventListener('success', (event) => {
    const { detail } = /** @type {CustomEvent<{ id: string, provider: string }>} */ (event)
    showConnected(detail).catch((error) => showMessage(messageFor(error)))
  })
  hub.addEventListener('close', () => hub.remove())
  getElement('hub').replaceChildren(hub)
}

const signIn = async () => {
  await fetch('sign-in', { method: 'POST' })
  getElement('sign-in').replaceWith('Signed in as Acme Inc.')
}

for (const [id, onClick] of /** @type {const} */ ([
  ['sign-in', signIn],
  ['connect', openHub],
]))
  getElement(id).addEventListener('click', () => {
    showMessage('')
    onClick().catch((error) => showMessage(messageFor(error)))
  })
