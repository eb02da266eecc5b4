/** An outbox in the storage of a real object, with a receiver and a clock that a test holds in its hand. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { ALERT_TABLES, AlertOutbox, type AlertOutboxParts } from '../../../../src/limits/alerts/outbox.ts';
import { refuseBaseUrl } from '../../../../src/providers/base-url.ts';
import { NOW } from './crossings.ts';

/** Any object with SQLite lends its storage; nothing of the Registry is used. */
const { REGISTRY } = env as unknown as { readonly REGISTRY: DurableObjectNamespace };

export interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  readonly redirect: RequestInit['redirect'];
  /** By the test's clock. */
  readonly at: number;
}

export interface World {
  readonly outbox: AlertOutbox;
  readonly sql: SqlStorage;
  /** As the Ledger runs a call. */
  readonly transact: (work: () => void) => void;
  readonly clock: { now: number };
  readonly sent: Sent[];
  readonly lines: { readonly type: string; readonly [field: string]: unknown }[];
  readonly variables: Map<string, string>;
  /** Goes on to when something is due, and delivers it, until nothing is left; how long it waited before each. */
  drain(): Promise<number[]>;
  /** The same object after an eviction. */
  again(): AlertOutbox;
}

export type Answer = (sent: Sent, signal: AbortSignal) => Response | Promise<Response>;

export const ok: Answer = () => new Response(null, { status: 204 });

export async function withOutbox(
  test: (world: World) => Promise<void>,
  { answer = ok, ...more }: Partial<AlertOutboxParts> & { readonly answer?: Answer } = {},
): Promise<void> {
  const stub = REGISTRY.get(REGISTRY.newUniqueId());
  await runInDurableObject(stub, async (_, { storage }) => {
    const { sql } = storage;
    sql.exec(ALERT_TABLES);
    const clock = { now: NOW };
    const sent: Sent[] = [];
    const lines: World['lines'] = [];
    const variables = new Map<string, string>();
    let ids = 0;
    const parts: AlertOutboxParts = {
      sql,
      variable: (name) => variables.get(name),
      fetch: async (url, { headers, body, redirect, signal }) => {
        const one = { url, headers: new Headers(headers), body: String(body), redirect, at: clock.now };
        sent.push(one);
        return answer(one, signal as AbortSignal);
      },
      now: () => clock.now,
      random: () => 0.5, // no jitter
      newId: () => `alert_${++ids}`,
      refuseUrl: refuseBaseUrl,
      log: (line) => lines.push(line as World['lines'][number]),
      ...more,
    };
    const outbox = new AlertOutbox(parts);
    const drain = async () => {
      const waits: number[] = [];
      for (let at = outbox.nextAt(); at !== null; at = outbox.nextAt()) {
        waits.push(at - clock.now);
        clock.now = Math.max(clock.now, at);
        await outbox.deliver();
      }
      return waits;
    };
    const transact = (work: () => void) => storage.transactionSync(work);
    await test({
      outbox,
      sql,
      transact,
      clock,
      sent,
      lines,
      variables,
      drain,
      again: () => new AlertOutbox(parts),
    });
  });
}
