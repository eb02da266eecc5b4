/** Lets Node load the gateway's own modules as its bundler does, which takes names out of JSON files. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.json')) return next(url, context);
    const members: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(new URL(url), 'utf8'));
    const exported = Object.entries(members).map(
      ([name, value], i) =>
        `const member${i} = ${JSON.stringify(value)}; export { member${i} as ${JSON.stringify(name)} };`,
    );
    return { format: 'module', shortCircuit: true, source: exported.join('\n') };
  },
});
