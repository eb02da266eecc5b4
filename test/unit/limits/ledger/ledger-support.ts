/** A Ledger of its own for each test, with a clock that stands, and what tests say to it. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createDurableStore, type LedgerRpc } from '../../../../src/limits/durable-store.ts';
import type { LedgerObject } from '../../../../src/limits/ledger/ledger.ts';
import type { LimitFields } from '../../../../src/limits/scope-limits.ts';
import { aCall, type CallFields } from '../ledger-calls.ts';

/** As `wrangler.toml` binds it. */
export const { LEDGER } = env as unknown as { readonly LEDGER: DurableObjectNamespace<LedgerObject> };
/** With the types of the object itself: those of RPC have none for what holds an `unknown`. */
type LedgerStub = DurableObjectStub<LedgerObject> & LedgerRpc;

/** Far ahead: an alarm rings when its time is past by the real clock, and here it rings when the test says so. */
export const NOON = Date.parse('2036-11-21T12:00:00Z');
export const TODAY = '2036-11-21';

export class TestLedger {
  readonly name = `key:${crypto.randomUUID()}`;
  readonly stub = LEDGER.getByName(this.name) as unknown as LedgerStub;
  now = NOON;
  limits: LimitFields;

  private constructor(limits: LimitFields) {
    this.limits = limits;
  }

  static async create(limits: LimitFields = {}): Promise<TestLedger> {
    const ledger = new TestLedger(limits);
    await ledger.#setClock();
    return ledger;
  }

  call(fields: CallFields) {
    return this.stub.call(this.made(fields));
  }

  made(fields: CallFields) {
    return aCall({ limits: this.limits, ...fields });
  }

  usage(days: { readonly from: string; readonly to: string } | null = null) {
    return this.stub.usage({ limits: null, days });
  }

  verify() {
    return this.stub.verify();
  }

  async evict(): Promise<void> {
    await evictDurableObject(this.stub);
    await this.#setClock();
  }

  within<Value>(
    read: (ledger: LedgerObject, state: DurableObjectState) => Value | Promise<Value>,
  ): Promise<Value> {
    return runInDurableObject(this.stub as DurableObjectStub<LedgerObject>, read);
  }

  rows(query: string, ...values: SqlStorageValue[]): Promise<Record<string, SqlStorageValue>[]> {
    return this.within((_, { storage }) => [...storage.sql.exec(query, ...values)]);
  }

  count(table: string): Promise<number> {
    return this.within((_, { storage }) =>
      Number(storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n),
    );
  }

  get alarm(): Promise<number | null> {
    return this.within((_, { storage }) => storage.getAlarm());
  }

  async #setClock(): Promise<void> {
    await this.within((ledger) => {
      ledger.now = () => this.now;
    });
  }
}

/** The store of the Worker itself, on the clock of the test. */
export function createTestStore(startsAt: number) {
  const clock = { now: startsAt };
  const store = createDurableStore(LEDGER as unknown as DurableObjectNamespace);
  const prepared = new Map<string, Promise<void>>();
  const prepare = (ledger: string): Promise<void> => {
    const known =
      prepared.get(ledger) ??
      runInDurableObject(LEDGER.getByName(ledger), (object: LedgerObject) => {
        object.now = () => clock.now;
      });
    prepared.set(ledger, known);
    return known;
  };
  return {
    startsAt,
    store: {
      call: async (ledger: string, call: Parameters<typeof store.call>[1]) => {
        await prepare(ledger);
        return store.call(ledger, call);
      },
      usage: async (ledger: string, question: Parameters<typeof store.usage>[1]) => {
        await prepare(ledger);
        return store.usage(ledger, question);
      },
    },
    advance: async (ms: number) => {
      clock.now += ms;
    },
    evict: async (ledger: string) => {
      prepared.delete(ledger);
      await evictDurableObject(LEDGER.getByName(ledger));
    },
  };
}
