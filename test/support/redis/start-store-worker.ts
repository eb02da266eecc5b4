/** The store in the runtime that it is made for, where no promise may pass from one request to another. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { freePort, ROOT, supervise, type WorkerdProcess, workerdBinary } from '../workerd.ts';
import { workerdConfig } from '../workerd-config.ts';
import type { RestFront } from './rest-front.ts';

export async function startStoreWorker({ url, token }: RestFront): Promise<WorkerdProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'edgeway-store-'));
  const cleanUp = () => rmSync(directory, { recursive: true, force: true });
  await bundle(join(ROOT, 'test/support/redis/store-worker.ts'), directory);
  const vars = { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token };
  for (const [name, value] of Object.entries(vars)) writeFileSync(join(directory, `var-${name}`), value);
  const port = await freePort();
  const config = workerdConfig({
    vars: Object.keys(vars),
    port,
    elsewherePort: undefined,
    state: undefined,
  });
  writeFileSync(join(directory, 'config.capnp'), config);
  const child = spawn(workerdBinary(), ['serve', join(directory, 'config.capnp')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return supervise(child, `http://127.0.0.1:${port}`, cleanUp);
}

async function bundle(entry: string, outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: ROOT,
    ssr: { target: 'webworker', noExternal: true },
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: false,
      target: 'es2024',
      rollupOptions: { output: { entryFileNames: 'index.js', format: 'es' } },
    },
  });
}
