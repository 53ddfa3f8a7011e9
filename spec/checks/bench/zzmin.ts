export const run = (fns: Record<string, () => unknown>, calls = 3000, rounds = 150): void => {
  const best: Record<string, number> = {}
  let sink: unknown
  for (let r = 0; r < rounds; r += 1)
    for (const [k, f] of Object.entries(fns)) {
      const s = performance.now()
      for (let c = 0; c < calls; c += 1) sink = f()
      const t = ((performance.now() - s) / calls) * 1000
      if (r > 5) best[k] = Math.min(best[k] ?? 1e9, t)
    }
  if (sink === 1) console.log(sink)
  console.log(Object.entries(best).map(([k, v]) => `${k} ${v.toFixed(3)}`).join('  '))
}
