/** The built gateway on raw workerd: as close to production as a laptop gets, and ready in a blink. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COMPATIBILITY = `compatibilityDate = "2026-10-20", compatibilityFlags = ["enable_request_signal"]`;

/** `npm run build`, once for a run of the suites. */
export function buildGateway(): string {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(ROOT, 'dist/index.js');
}

export interface WorkerdProcess {
  readonly url: string;
  readonly pid: number;
  /** Every line written to the log so far that is JSON. */
  readonly lines: LogLine[];
  /** Everything written, parsed or not. */
  output(): string;
  /** The log line of a request; waits for it. */
  lineOf(requestId: string | null): Promise<LogLine>;
  stop(): Promise<void>;
}

export interface LogLine {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Serves one ES module on a free loopback port. `vars` become text bindings. */
export async function startWorkerd(
  modulePath: string,
  vars: Record<string, string>,
): Promise<WorkerdProcess> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'edgeway-'));
  const bindings = Object.keys(vars).map(
    (name) => `(name = ${JSON.stringify(name)}, text = embed ${JSON.stringify(`var-${name}`)})`,
  );
  for (const [name, value] of Object.entries(vars)) writeFileSync(join(directory, `var-${name}`), value);
  writeFileSync(
    join(directory, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (modules = [(name = "index.js", esModule = embed "index.js")], ${COMPATIBILITY},
      bindings = [${bindings.join(', ')}])),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
`,
  );
  execFileSync('cp', [modulePath, join(directory, 'index.js')]);
  const child = spawn(workerdBinary(), ['serve', join(directory, 'config.capnp')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return supervise(child, `http://127.0.0.1:${port}`, () =>
    rmSync(directory, { recursive: true, force: true }),
  );
}

/** Reads a process's log and waits until it answers. Also used for `wrangler dev`. */
export async function supervise(
  child: ChildProcess,
  url: string,
  cleanUp: () => void,
): Promise<WorkerdProcess> {
  const lines: LogLine[] = [];
  let output = '';
  let waiting: (() => void)[] = [];
  const read = (stream: NodeJS.ReadableStream | null) => {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const pieces = (rest + text).split('\n');
      rest = pieces.pop() ?? '';
      for (const piece of pieces) {
        const start = piece.indexOf('{"type":');
        if (start === -1) continue;
        try {
          lines.push(JSON.parse(piece.slice(start)));
        } catch {
          // not a line of the log
        }
      }
      for (const wake of waiting.splice(0)) wake();
    });
  };
  read(child.stdout);
  read(child.stderr);
  const exited = once(child, 'exit');
  await untilReady(url, child, () => output);

  const lineOf = async (requestId: string | null): Promise<LogLine> => {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const line = lines.find((one) => one.type === 'request' && one.request_id === requestId);
      if (line !== undefined) return line;
      if (Date.now() > deadline) throw new Error(`no log line for ${requestId}:\n${output.slice(-2000)}`);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        setTimeout(resolve, 250);
      });
    }
  };
  return {
    url,
    pid: child.pid ?? 0,
    lines,
    output: () => output,
    lineOf,
    stop: async () => {
      waiting = [];
      child.kill('SIGKILL');
      await exited;
      cleanUp();
    },
  };
}

async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the gateway ended at once:\n${output()}`);
    const isReady = await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the gateway does not answer:\n${output()}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export function workerdBinary(): string {
  const path = join(ROOT, 'node_modules/@cloudflare/workerd-linux-64/bin/workerd');
  return existsSync(path) ? path : join(ROOT, 'node_modules/.bin/workerd');
}
