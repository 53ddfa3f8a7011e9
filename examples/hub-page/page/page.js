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

/** Opens the Hub with a new token. */
const openHub = async () => {
  const { token } = await fetchToken({ categories: ['ats', 'hris'] })
  const { hubUrl } = await (await fetch('config.json')).json()
  const hub = document.createElement('stackone-hub')
  hub.setAttribute('token', token)
  hub.setAttribute('base-url', hubUrl)
  hub.addEventListener('success', (event) => {
    const { id, provider } = /** @type {CustomEvent<{ id: string, provider: string }>} */ (event).detail
    showMessage(`Connected ${provider} as ${id}.`)
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
