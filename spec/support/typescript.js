// Node 22.18 and later strip types by themselves; Node 20 needs this loader, which blanks them in place.
if (!process.features.typescript) await import('ts-blank-space/register')

// KY names another ky than the installed one, to run the same specs over both of its major versions.
if (process.env.KY) {
  const { register } = await import('node:module')
  const { pathToFileURL } = await import('node:url')
  const to = JSON.stringify(pathToFileURL(process.env.KY).href)
  const hook = `export const resolve = (name, context, next) => name === 'ky' ? { url: ${to}, shortCircuit: true } : next(name, context)`
  register(`data:text/javascript,${encodeURIComponent(hook)}`)
}
