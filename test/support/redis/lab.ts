/** Limits in Redis, ready to be used: redis-server, its REST front, and a store that knows no other way to it. */

import { connectUpstash, type UpstashAccess } from '../../../src/connect-upstash.ts';
import type { LimitStore } from '../../../src/limits/ledger-protocol.ts';
import { createUpstashStore, type UpstashStoreOptions } from '../../../src/limits/upstash/upstash-store.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';
import { type RestFront, startRestFront } from './rest-front.ts';

export interface RedisLab {
  readonly server: RedisServer;
  readonly front: RestFront;
  /** As another isolate would have it: a client and a memory of its own, the same Ledgers. Waits longer, by default. */
  store(options?: Partial<UpstashStoreOptions>, access?: Partial<UpstashAccess>): LimitStore;
  stop(): Promise<void>;
}

export const PREFIX = 'test:';
/** Where a suite is about something else than time, a busy machine is no failure. */
const PATIENCE_MS = 30_000;

export async function startRedisLab(): Promise<RedisLab> {
  const server = await startRedisServer();
  const front = await startRestFront(server.port);
  return {
    server,
    front,
    store: (options, access) => {
      const { url, token } = front;
      const timeoutMs = options?.timeoutMs ?? PATIENCE_MS;
      return createUpstashStore({
        redis: connectUpstash({ url, token, timeoutMs, ...access }),
        now: Date.now,
        prefix: PREFIX,
        timeoutMs,
        ...options,
      });
    },
    stop: async () => {
      await front.stop();
      await server.stop();
    },
  };
}
