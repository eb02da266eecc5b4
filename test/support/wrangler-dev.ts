/** The gateway under `wrangler dev`, started as the README and the contract start it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, ROOT, supervise, type WorkerdProcess } from './workerd.ts';

export interface WranglerDev extends WorkerdProcess {
  /** What stood on standard output alone. */
  stdout(): string;
}

/** `variables` are all that the gateway gets to know: they go into an env file, each `$` escaped. */
export async function startWranglerDev(variables: Record<string, string>): Promise<WranglerDev> {
  const directory = mkdtempSync(join(tmpdir(), 'edgeway-dev-'));
  const envFile = join(directory, 'env');
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value.replaceAll('$', '\\$')}\n`);
  writeFileSync(envFile, lines.join(''));
  const port = await freePort();
  const args = ['--port', String(port), '--ip', '127.0.0.1', '--env-file', envFile];
  const child = spawn('npx', ['wrangler', 'dev', ...args, '--persist-to', join(directory, 'state')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own: wrangler starts workerd, and npx does not pass signals on
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' },
  });
  let stdout = '';
  child.stdout.on('data', (text) => {
    stdout += String(text);
  });
  const killGroup = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  const cleanUp = () => rmSync(directory, { recursive: true, force: true });
  try {
    const supervised = await supervise(child, `http://127.0.0.1:${port}`, cleanUp);
    return {
      ...supervised,
      stdout: () => stdout,
      stop: async () => {
        killGroup();
        await supervised.stop();
      },
    };
  } catch (error) {
    if (child.exitCode === null) killGroup();
    cleanUp();
    throw error;
  }
}
