/** A real redis-server of the suite's own: on a free port, with a log on disk, so that it can be killed and come back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectResp } from './resp.ts';

export interface RedisServer {
  /** On loopback; the same after a restart. */
  readonly port: number;
  /** Ends it as a power cut would: no goodbye, nothing flushed that was not flushed before. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with what it had written. */
  restart(): Promise<void>;
  /** Ends it for good, and removes what it wrote. */
  stop(): Promise<void>;
}

/** Rejects with what redis-server said if it does not start. Needs `redis-server` (Debian's package of that name). */
export async function startRedisServer(): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'edgeway-redis-'));
  const port = await freePort();
  let child = await launch(port, directory);

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  return {
    port,
    kill,
    restart: async () => {
      await kill();
      child = await launch(port, directory);
    },
    stop: async () => {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Every command is on disk before it is acknowledged, as Upstash keeps it. */
const LASTING = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];

async function launch(port: number, directory: string): Promise<ChildProcess> {
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, ...LASTING],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  // A run that is broken off leaves nothing behind.
  const dieToo = () => child.kill('SIGKILL');
  process.once('exit', dieToo);
  child.once('exit', () => process.off('exit', dieToo));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => {
      said = `${said}${data}`.slice(-4000);
    });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`redis-server ended:\n${said}`)));
  });
  ended.catch(() => undefined); // a later end is nobody's failure
  await Promise.race([untilReady(port), ended]);
  return child;
}

/** Until it answers and has read its log. */
async function untilReady(port: number): Promise<void> {
  for (;;) {
    try {
      const connection = await connectResp(port);
      const answer = await connection.send(['PING']).finally(() => connection.close());
      if (answer === 'PONG') return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
