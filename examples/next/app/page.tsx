'use client'

import { useState } from 'react'
import type { HandlerToken } from 'stackone-session/handler'

/** Asks for a token each time the Hub is opened: one serves once. */
const tokenFor = async (category: string): Promise<string> => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch('/connect', {
    method: 'POST',
    headers,
    body: JSON.stringify({ categories: [category] }),
  })
  if (!response.ok) throw new Error(`The server answered with ${response.status}.`)
  const { token }: HandlerToken = await response.json()
  return token
}

export default function Settings() {
  const [token, setToken] = useState<string>()
  const [problem, setProblem] = useState<string>()
  const open = () => {
    setProblem(undefined)
    tokenFor('ats').then(setToken, (error: Error) => setProblem(error.message))
  }

  return (
    <main>
      <h1>Connect your recruiting system</h1>
      {token === undefined ? (
        <button type="button" onClick={open}>
          Connect
        </button>
      ) : (
        // Here goes the Hub with this token, from the npm package @stackone/hub.
        <p>The Hub opens with a token of {token.length} characters.</p>
      )}
      {problem !== undefined && <p role="alert">{problem}</p>}
    </main>
  )
}
