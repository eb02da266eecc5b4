/**
 * `npm start`: the gateway on this machine, without an account, a key or a provider. Says how to call it as soon as
 * it answers. Everything behind `--` goes to `wrangler dev`.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { port: { type: 'string', default: '8787' } },
  allowPositionals: true,
});
const root = fileURLToPath(new URL('../../', import.meta.url));
/** Good for this start only, unless `.dev.vars` has one. */
const adminToken = hasAdminToken() ? null : randomBytes(24).toString('base64url');
const variables = [
  'EDGEWAY_KEYLESS_LOCAL:true',
  ...(adminToken === null ? [] : [`ADMIN_TOKEN:${adminToken}`]),
];
const url = `http://127.0.0.1:${values.port}`;

const gateway = spawn(
  'wrangler',
  [
    ...['dev', '--ip', '127.0.0.1', '--port', values.port],
    ...variables.flatMap((variable) => ['--var', variable]),
    ...positionals,
  ],
  { cwd: root, stdio: 'inherit' },
);
gateway.on('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => gateway.kill(signal));

while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, 200));
console.log(`
Edgeway answers at ${url}. Try it:

  curl -N ${url}/v1/chat/completions \\
    -H 'Content-Type: application/json' \\
    -d '{"model": "sim-paced", "stream": true, "messages": [{"role": "user", "content": "Hello!"}]}'

The admin API is described at ${url}/admin/v1/docs. Mint a key:

  curl ${url}/admin/v1/keys \\
    -H 'Authorization: Bearer ${adminToken ?? 'the ADMIN_TOKEN of .dev.vars'}' \\
    -H 'Content-Type: application/json' -d '{"name": "my-first-key"}'
`);

function hasAdminToken(): boolean {
  const file = `${root}.dev.vars`;
  return existsSync(file) && /^\s*ADMIN_TOKEN\s*=/m.test(readFileSync(file, 'utf8'));
}

function answers(): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
}
