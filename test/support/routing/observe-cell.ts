/** Asks for a cell's alias as often as its claims need, and writes down all that can be seen of it from outside. */
import type { Gateway, TestKey } from '../gateway.ts';
import { type ScopeUsage, usageOf } from '../limits/lab.ts';
import type { LogLine } from '../workerd.ts';
import type { Cell } from './expected.ts';
import type { FaultStand } from './fault-stand.ts';

export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly line: LogLine;
  /** Calls that this request made; `bad` is `null` where nobody can see them. */
  readonly bad: number | null;
  readonly good: number;
}

export interface Observation {
  /** While nothing was known of the target. */
  readonly first: Seen;
  /** After enough of these that a circuit would be open. */
  readonly later: Seen;
  /** All of this cell. */
  readonly requestIds: readonly string[];
  readonly costUsd: number;
  readonly explained: Explained;
  readonly usage: ScopeUsage;
}

export interface Explained {
  readonly status: number;
  readonly targets: readonly {
    readonly provider: string;
    readonly model: string;
    readonly reason: string;
    readonly eligible: boolean;
  }[];
}

/** Requests between the first and the later one: a target that is alone is asked twice by each. */
const BETWEEN = { single: 1, fallback: 3, weighted: 3 } as const;

export async function observeCell(
  cell: Cell,
  gateway: Gateway,
  stand: FaultStand,
  { key }: TestKey,
): Promise<Observation> {
  const headers = { authorization: `Bearer ${key}` };
  const body = bodyOf(cell);
  const ask = async (): Promise<Seen> => {
    const before = stand.seen(cell);
    const response = await gateway.post('/v1/chat/completions', body, headers);
    const text = await response.text();
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    const after = stand.seen(cell);
    return {
      status: response.status,
      headers: response.headers,
      text,
      line,
      bad: after.bad === null || before.bad === null ? null : after.bad - before.bad,
      good: after.good - before.good,
    };
  };
  const asked = [await ask()];
  for (let count = 0; count < BETWEEN[cell.way]; count += 1) asked.push(await ask());
  const explained = await explain(gateway, body, headers);
  asked.push(await ask());
  const [first, later] = [asked[0], asked.at(-1)];
  if (first === undefined || later === undefined) throw new Error('nothing was asked');
  return {
    first,
    later,
    requestIds: asked.map((one) => one.headers.get('x-request-id') ?? ''),
    costUsd: asked.reduce((sum, { line }) => sum + Number(line.cost_usd), 0),
    explained,
    usage: await usageWhenCounted(gateway, key, asked.length),
  };
}

const bodyOf = ({ id, mode }: Cell): object => ({
  model: id,
  stream: mode === 'stream',
  user: id,
  messages: [{ role: 'user', content: 'Tell me of the weather in the mountains, please.' }],
});

async function explain(gateway: Gateway, body: object, headers: Record<string, string>): Promise<Explained> {
  const response = await gateway.post('/v1/explain', { route: '/v1/chat/completions', body }, headers);
  const told = (await response.json()) as Partial<Explained>;
  return { status: response.status, targets: told.targets ?? [] };
}

/** What was used is told to a Ledger at most a second after the answer. */
async function usageWhenCounted(gateway: Gateway, key: string, requests: number): Promise<ScopeUsage> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const usage = await usageOf(gateway.url, key);
    if (usage.total.requests >= requests || Date.now() > deadline) return usage;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Runs `work` for each item, at most `width` at once. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...items.entries()];
  const workOn = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, item] = next;
      results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: width }, workOn));
  return results;
}
