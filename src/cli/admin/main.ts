/**
 * `npm run admin -- …`: the command line over the admin API, and the imports from other gateways. This file gives the
 * commands the process that they run in; `dispatch.ts` has the rest.
 */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from './dispatch.ts';
import type { World } from './world.ts';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
// `… | head` closes the pipe when it has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const { stdout, env } = process;
const world: World = {
  environment: env,
  fetch,
  now: Date.now,
  newId: randomUUID,
  readInput: () => text(process.stdin),
  inputIsTerminal: process.stdin.isTTY === true,
  write: (piece) => stdout.write(piece),
  writeAll: (pieces) => pipeline(Readable.from(pieces), stdout, { end: false }),
  writeError: (piece) => process.stderr.write(piece),
  width: stdout.isTTY ? stdout.columns : null,
  hasColour: stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
  wait: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
  signal: interrupted.signal,
};

process.exitCode = await runCommand(process.argv.slice(2), world);
