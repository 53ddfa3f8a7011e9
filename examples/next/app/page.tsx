'use client'

import { useState } from 'react'
import { Hub } from './hub'

export default function Settings() {
  const [isOpen, setIsOpen] = useState(false)

  return (
    <main>
      <h1>Connect your recruiting system</h1>
      {isOpen && <Hub category="ats" />}
      <button type="button" onClick={() => setIsOpen(!isOpen)}>
        {isOpen ? 'Close' : 'Connect'}
      </button>
    </main>
  )
}
