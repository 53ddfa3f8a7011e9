/**
 * The API in your process, for tests.
 *
 * @module stackone-session/testing
 */
export { type Sandbox, type SandboxOptions, type SandboxRequest, sandbox } from './sandbox.ts'
export type { LocalServer } from './server.ts'
