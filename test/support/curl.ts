/** The `curl` of the system, as a user at a terminal runs it. */
import { type ChildProcess, execFile } from 'node:child_process';

export interface CurlAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface CurlRun {
  readonly process: ChildProcess;
  /** Rejects when curl itself fails (a broken transfer, a refused connection). */
  readonly answer: Promise<CurlAnswer>;
  /** Resolves with the output so far as soon as it holds `text`; rejects if curl ends without it. */
  until(text: string): Promise<string>;
}

/** Starts curl; `input` goes to its standard input. */
export function startCurl(args: readonly string[], input?: string | Buffer): CurlRun {
  let output = '';
  let hasEnded = false;
  let waiting: (() => void)[] = [];
  const wake = () => {
    for (const one of waiting.splice(0)) one();
  };
  const { process, done } = run(['--silent', '--show-error', '--include', ...args]);
  process.stdout?.on('data', (text: string) => {
    output += text;
    wake();
  });
  process.on('close', () => {
    hasEnded = true;
    wake();
  });
  if (input !== undefined) process.stdin?.on('error', () => undefined).end(input); // refused before all was read
  const answer = done.then(parseAnswer);
  answer.catch(() => undefined); // a test that kills curl does not ask for its answer
  return {
    process,
    answer,
    until: async (text) => {
      while (!output.includes(text)) {
        if (hasEnded) throw new Error(`curl ended without ${JSON.stringify(text)}:\n${output}`);
        await new Promise<void>((resolve) => {
          waiting = [...waiting, resolve];
        });
      }
      return output;
    },
  };
}

/** Runs curl to its end. */
export const curl = (args: readonly string[], input?: string | Buffer): Promise<CurlAnswer> =>
  startCurl(args, input).answer;

function run(args: readonly string[]): { process: ChildProcess; done: Promise<string> } {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { maxBuffer: 64 * 1024 * 1024, env: { PATH: globalThis.process.env.PATH } };
  const child = execFile('curl', [...args], options, (error, stdout) =>
    error === null ? resolve(stdout) : reject(error),
  );
  return { process: child, done: promise };
}

/** `--include` puts the header blocks before the body: that of an interim answer (100), then that of the final one. */
function parseAnswer(output: string): CurlAnswer {
  let rest = output;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const status = Number(statusLine.split(' ')[1]);
    rest = rest.slice(end + 4);
    if (status < 200) continue;
    const headers = new Headers();
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    return { status, headers, body: rest };
  }
}
