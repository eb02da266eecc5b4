/** Where limits are kept, and what one isolate holds of them: made once for each store that a document may name. */
import type { ConfigDocument } from '../../config/schema.ts';
import { connectUpstash } from '../../connect-upstash.ts';
import { budgetCrossed } from '../../limits/alerts/alert.ts';
import { AlertDesk } from '../../limits/alerts/alert-desk.ts';
import { createDurableStore, type DurableStore } from '../../limits/durable-store.ts';
import { LimitDesk } from '../../limits/leases/limit-desk.ts';
import type { LimitStore } from '../../limits/ledger-protocol.ts';
import { createUpstashStore } from '../../limits/upstash/upstash-store.ts';
import type { WaitingStore } from '../../limits/waiting/waiter.ts';

export type LimitStoreName = ConfigDocument['limits']['store'];

export interface LimitKeeping {
  readonly desk: LimitDesk;
  readonly store: LimitStore & Partial<WaitingStore>;
}

export interface LimitBindings {
  /** `null`: no Ledgers are bound, and cannot be reached. */
  readonly ledgers: DurableObjectNamespace | null;
  /** `null`: the variables are not set, and no document may name it. */
  readonly upstash: { readonly url: string; readonly token: string } | null;
  readonly now: () => number;
  readonly newId: () => string;
}

export interface LimitKeepings {
  readonly of: (store: LimitStoreName) => LimitKeeping;
  readonly alerts: AlertDesk;
}

/** Keys in Redis begin with it. */
const UPSTASH_PREFIX = 'edgeway:';

export function createLimitKeepings({ ledgers, upstash, now, newId }: LimitBindings): LimitKeepings {
  const objects = ledgers === null ? unbound() : createDurableStore(ledgers);
  const keep = (store: LimitKeeping['store']): LimitKeeping => ({
    store,
    desk: new LimitDesk({ store, now, newId }),
  });
  const durable = keep(objects);
  let shared: LimitKeeping | null = null;
  const inRedis = (): LimitKeeping => {
    if (upstash === null) return keep(unbound());
    const redis = connectUpstash(upstash);
    // Redis calls nobody: whom a crossing concerns is told by the scope's object.
    const crossed: NonNullable<Parameters<typeof createUpstashStore>[0]['crossed']> = (
      ledger,
      crossing,
      routing,
      at,
    ) => objects.note(ledger, { ...budgetCrossed(crossing, at), routing });
    return keep(createUpstashStore({ redis, now, prefix: UPSTASH_PREFIX, crossed }));
  };
  return {
    of: (store) => {
      if (store === 'durable-object') return durable;
      shared ??= inRedis();
      return shared;
    },
    alerts: new AlertDesk({ store: objects, now }),
  };
}

function unbound(): DurableStore {
  const refuse = async (): Promise<never> => {
    throw new Error('no store for limits is bound');
  };
  return { call: refuse, usage: refuse, wait: refuse, leave: refuse, note: refuse, forgetAlert: refuse };
}
