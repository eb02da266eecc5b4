/**
 * `npm start`: the gateway on this machine, without an account, a key or a provider. Says how to call it as soon as
 * it answers. Everything behind `--` goes to `wrangler dev`.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { port: { type: 'string', default: '8787' } },
  allowPositionals: true,
});
const root = fileURLToPath(new URL('../../', import.meta.url));
const url = `http://127.0.0.1:${values.port}`;

const gateway = spawn(
  'wrangler',
  ['dev', '--ip', '127.0.0.1', '--port', values.port, '--var', 'EDGEWAY_KEYLESS_LOCAL:true', ...positionals],
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
`);

function answers(): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
}
