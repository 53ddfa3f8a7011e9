// Node 22.18 and later strip types by themselves; Node 20 needs this loader, which blanks them in place.
if (!process.features.typescript) await import('ts-blank-space/register')
