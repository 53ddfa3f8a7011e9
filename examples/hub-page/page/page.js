/** @param {string} id */
const element = (id) => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`The page has no #${id}.`)
  return found
}

/** @param {string} text */
const say = (text) => {
  element('message').textContent = text
}

/**
 * What the backend answers, or a sentence for the user why not.
 *
 * @param {string} path
 * @param {RequestInit} [init]
 */
const ask = async (path, init) => {
  const response = await fetch(path, init).catch(() => undefined)
  const body = await response?.json().catch(() => undefined)
  if (response?.status === 401) throw new Error('Sign in first, then connect an account.')
  if (!response?.ok) throw new Error(body?.error?.message ?? 'Our server does not answer. Try again later.')
  return body
}

/** Opens the Hub with a token of its own: one token, one opening. */
const openHub = async () => {
  const { token } = await ask('connect-session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ categories: ['ats', 'hris'] }),
  })
  const { hubUrl } = await ask('config.json')
  const hub = document.createElement('stackone-hub')
  hub.setAttribute('token', token)
  hub.setAttribute('base-url', hubUrl)
  hub.addEventListener('success', (event) => {
    const { id, provider } = /** @type {CustomEvent<{ id: string, provider: string }>} */ (event).detail
    say(`Connected ${provider} as ${id}.`)
  })
  hub.addEventListener('close', () => hub.remove())
  element('hub').replaceChildren(hub)
}

const signIn = async () => {
  await ask('sign-in', { method: 'POST' })
  element('sign-in').replaceWith('Signed in as Acme Inc.')
}

for (const [id, act] of /** @type {const} */ ([
  ['sign-in', signIn],
  ['connect', openHub],
]))
  element(id).addEventListener('click', () => {
    say('')
    act().catch(({ message }) => say(message))
  })
