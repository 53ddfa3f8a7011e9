/**
 * A sandbox of the API in your process, for tests.
 * @module stackone-session/testing
 */
export type { AttemptStatus, ConnectOutcome, ConnectResult } from './api/connect.ts'
export { type DriftKind, driftKinds } from './faults/drift.ts'
export type { Fault, FaultOptions } from './faults/fault.ts'
export { type Sandbox, type SandboxOptions, type SandboxRequest, sandbox } from './sandbox.ts'
export type { LocalServer } from './server.ts'
export { type SandboxWebhook, signWebhook } from './webhook.ts'
