'use client'

import { useEffect, useState } from 'react'
import { createTokenFetcher, type TokenRequestError } from 'stackone-session/page'

const fetchToken = createTokenFetcher('/connect')

/**
 * Requests a new token each time it is mounted. In development, StrictMode runs the effect, its cleanup and the effect
 * again: the second call shares the request of the first, so only one token is created.
 */
export function Hub({ category }: { readonly category: string }) {
  const [token, setToken] = useState<string>()
  const [problem, setProblem] = useState<string>()

  useEffect(() => {
    const controller = new AbortController()
    fetchToken({ categories: [category] }, { signal: controller.signal }).then(
      (fetched) => setToken(fetched.token),
      (error: TokenRequestError) => {
        if (error.code !== 'aborted') setProblem(error.message)
      },
    )
    return () => controller.abort()
  }, [category])

  if (problem !== undefined) return <p role="alert">{problem}</p>
  if (token === undefined) return <p>Loading…</p>
  // Render the Hub of the npm package @stackone/hub here, with this token.
  return <p>The token for the Hub has {token.length} characters.</p>
}
