/** `audit …`: who did what. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ApiClient, Query } from '../api-client.ts';
import type { OptionRule } from '../arguments.ts';
import type { Call, Command } from '../command.ts';
import { ApiRefusal, CommandFailed, Unreachable } from '../failures.ts';
import { toSafePieces } from '../output.ts';
import { toCell } from '../table.ts';
import { requireRecord } from './show.ts';

type Entry = Readonly<Record<string, unknown>>;

const FILTERS = ['actor', 'issuer', 'action', 'target', 'since', 'until'] as const;
const FILTER_OPTIONS: readonly OptionRule[] = FILTERS.map((name) => ({
  name,
  kind: 'text',
  value: name === 'since' || name === 'until' ? 'TIME' : name.toUpperCase(),
}));

const filtersOf = ({ options }: Call): Query =>
  Object.fromEntries(FILTERS.map((name) => [name, options.text(name)]));

const TAIL: Command = {
  name: 'audit tail',
  summary: 'shows the newest entries, the newest last; --follow goes on with what comes',
  positionals: [],
  options: [
    { name: 'number', kind: 'number', value: 'N', short: 'n' },
    { name: 'follow', kind: 'flag', short: 'f' },
    { name: 'interval', kind: 'number', value: 'SECONDS' },
    ...FILTER_OPTIONS,
  ],
  async run(call) {
    const { options, output, connect } = call;
    const client = connect();
    const { items } = await client.list('/audit', filtersOf(call), options.number('number') ?? 20);
    const entries = items.toReversed();
    if (!options.flag('follow') && output.isJson) return output.show(entries, () => undefined);
    for (const entry of entries) tellEntry(call, entry);
    if (options.flag('follow')) await follow(call, client, seqOf(entries.at(-1)));
  },
};

const DEFAULT_INTERVAL_SECONDS = 2;
/** Looks again and again, until Ctrl-C. A gateway that is away for a while is told of once. */
async function follow(call: Call, client: ApiClient, from: number): Promise<void> {
  const { options, output, world } = call;
  const milliseconds = (options.number('interval') ?? DEFAULT_INTERVAL_SECONDS) * 1000;
  let seen = from;
  let isAway = false;
  for (;;) {
    await world.wait(milliseconds, world.signal);
    if (world.signal.aborted) return;
    try {
      const fresh = await entriesAfter(client, filtersOf(call), seen);
      for (const entry of fresh) tellEntry(call, entry);
      seen = Math.max(seen, seqOf(fresh.at(-1)));
      isAway = false;
    } catch (error) {
      const isPassing = error instanceof Unreachable || (error instanceof ApiRefusal && error.status >= 500);
      if (!isPassing) throw error;
      if (!isAway && !world.signal.aborted) output.remark(`waiting: ${error.message}`);
      isAway = true;
    }
  }
}

/** Oldest first. The trail is listed newest first, so the walk goes on until it meets an entry that is known. */
async function entriesAfter(client: ApiClient, query: Query, seen: number): Promise<Entry[]> {
  for (let limit = 50; ; limit *= 4) {
    const { items, hasMore } = await client.list('/audit', query, limit);
    const fresh = items.filter((entry) => seqOf(entry) > seen);
    if (fresh.length < items.length || !hasMore) return fresh.toReversed();
  }
}

const seqOf = (entry: Entry | undefined): number => (typeof entry?.seq === 'number' ? entry.seq : 0);

/** In a stream of JSON each entry is a line. */
function tellEntry({ output }: Call, entry: Entry): void {
  if (output.isJson) output.raw(`${JSON.stringify(entry)}\n`);
  else output.line(toEntryLine(entry));
}

function toEntryLine({ seq, at, actor, issuer, role, action, target, ip }: Entry): string {
  const about = [role, issuer].filter((one) => one !== undefined && one !== null).map(toCell);
  const who = about.length === 0 ? toCell(actor) : `${toCell(actor)} (${about.join(', ')})`;
  return [seq, toMoment(at), who, action, target, ip].map(toCell).join('  ').trimEnd();
}

const toMoment = (at: unknown): unknown => (typeof at === 'number' ? new Date(at).toISOString() : at);

const EXPORT: Command = {
  name: 'audit export',
  summary: 'writes all entries as JSON lines, oldest first',
  positionals: [],
  options: [{ name: 'output', kind: 'text', value: 'FILE', short: 'o' }, ...FILTER_OPTIONS],
  async run(call) {
    const pieces = await call.connect().stream('/audit/export', filtersOf(call));
    const file = call.options.text('output');
    if (file === undefined) return call.output.stream(pieces);
    // Only now: a refused export must not empty the file of the last one.
    const target = createWriteStream(file, { mode: 0o600 });
    await pipeline(Readable.from(toSafePieces(pieces)), target).catch((error: NodeJS.ErrnoException) => {
      throw error.syscall === undefined ? error : new CommandFailed(`cannot write ${file}`);
    });
  },
};

const VERIFY: Command = {
  name: 'audit verify',
  summary: 'checks the chain of hashes; fails if it is broken',
  positionals: [],
  options: [],
  async run({ connect, output }) {
    const { body } = await connect().send({ method: 'GET', path: '/audit/verify' });
    const result = requireRecord(body);
    output.show(result, () => output.fields(result));
    if (result.valid !== true)
      throw new CommandFailed(`the audit trail is broken at entry ${toCell(result.broken_at)}`);
  },
};

export const AUDIT_COMMANDS: readonly Command[] = [TAIL, EXPORT, VERIFY];
