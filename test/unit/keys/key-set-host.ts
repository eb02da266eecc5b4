/** Hosts of key sets made of a function, a store made of a map, and one isolate between them and the tests. */
import { IsolateCache } from '../../../src/isolate-cache.ts';
import {
  type Attempt,
  RemoteTexts,
  type TextAccess,
  type TextStore,
} from '../../../src/keys/remote-texts.ts';
import { NOW } from './identity-provider.ts';

export type Answer = (url: string, init: RequestInit) => Response | Promise<Response>;

export interface KeySetHost {
  /** What the network answers from now on. */
  answer: Answer;
  readonly clock: { now: number };
  readonly access: TextAccess;
  /** Calls to the network, in order. */
  readonly asked: { readonly url: string; readonly init: RequestInit }[];
  readonly logged: object[];
  /** All work that requests left behind is done. */
  settled(): Promise<void>;
  /** Another isolate on the same network, clock and store. */
  isolate(store?: TextStore | null): RemoteTexts;
}

export function createHost(answer: Answer): KeySetHost {
  const clock = { now: NOW };
  const now = () => clock.now;
  const asked: KeySetHost['asked'] = [];
  const logged: object[] = [];
  const left: Promise<unknown>[] = [];
  const host: KeySetHost = {
    answer,
    clock,
    asked,
    logged,
    access: {
      fetch: async (url, init) => {
        asked.push({ url, init });
        return host.answer(url, init);
      },
      waitUntil: (work) => left.push(work),
      log: (line) => logged.push(line),
    },
    settled: async () => {
      await Promise.all(left);
    },
    isolate: (store = null) =>
      new RemoteTexts({
        store,
        texts: new IsolateCache<string>({ maxEntries: 10, ttlMs: 600_000, now }),
        attempts: new IsolateCache<Attempt>({ maxEntries: 10, ttlMs: 60_000, now }),
        now,
      }),
  };
  return host;
}

export interface MapStore extends TextStore {
  readonly texts: Map<string, string>;
  readonly puts: { readonly name: string; readonly expirationTtl: number }[];
}

export function createStore(texts = new Map<string, string>()): MapStore {
  const puts: MapStore['puts'] = [];
  return {
    texts,
    puts,
    get: async (name) => texts.get(name) ?? null,
    put: async (name, text, { expirationTtl }) => {
      texts.set(name, text);
      puts.push({ name, expirationTtl });
    },
  };
}

const fails = async (): Promise<never> => {
  throw new Error('KV is down');
};
export const BROKEN_STORE: TextStore = { get: fails, put: fails };
