import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { unservedFields } from '../../../src/config/unserved.ts';

const HASH = 'a'.repeat(64);
const TARGET = { provider: 'simulator', model: 'chat' };
const unserved = (document: unknown) => unservedFields(configSchema().parse(document));

describe('unservedFields', () => {
  it('names nothing in a document whose fields all have an effect', () => {
    expect(
      unserved({
        providers: { simulator: {} },
        models: { fast: { targets: [TARGET], retries: 2, timeouts: { idle_ms: 5 }, metering: false } },
        keys: [
          { name: 'a', sha256: HASH, models: ['fast'], ip_ranges: ['::1'], routes: ['*'] },
          { name: 'b', sha256: HASH, tags: ['t'], log_content: false, budgets: [{ usd: 1, window: 'day' }] },
        ],
        projects: { p: { issuers: [{ issuer: 'https://id.example', audience: 'a' }], concurrency: 2 } },
        organizations: { o: { tokens_per_day: 5 } },
        end_users: { concurrency: 1 },
        limits: { on_unavailable: 'open' },
        cache: { ttl_seconds: 60, namespaces: { n: { ttl_seconds: 5 } } },
        admin: { audit_retention_days: 30 },
        keep_alive_ms: 100,
        cors: { origins: ['*'] },
      }),
    ).toEqual([]);
  });

  it('names each field that has none by its path', () => {
    expect(
      unserved({
        testing: { region_header: true },
        models: { fast: { targets: [TARGET, { ...TARGET, regions: ['EU'] }], hedge: { enabled: false } } },
      }).sort(),
    ).toEqual(['models.fast.hedge', 'models.fast.targets[1].regions', 'testing']);
  });
});
