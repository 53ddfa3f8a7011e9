/**
 * The API in your process, for tests.
 *
 * @module stackone-session/testing
 */
export type { AttemptStatus, ConnectEnd, Connected } from './connect.ts'
export { type Drift, drifts } from './drift.ts'
export type { Fault, When } from './fault.ts'
export type { SandboxRequest } from './request.ts'
export { type Sandbox, type SandboxOptions, sandbox } from './sandbox.ts'
export type { LocalServer } from './server.ts'
