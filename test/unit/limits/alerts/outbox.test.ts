import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { credentialExhausted, exhaustionId, keyExpiring } from '../../../../src/limits/alerts/alert.ts';
import { crossing, HOOK, NOW, routing, SECRET } from './crossings.ts';
import { ok, type Sent, withOutbox } from './outbox-support.ts';

const DAY_MS = 86_400_000;
const refuse =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    new Response('no', { status, headers });

/** As a receiver does it, with other means than the sender's. */
function isSigned({ headers, body }: Sent, secret = SECRET): boolean {
  const id = headers.get('webhook-id');
  const timestamp = headers.get('webhook-timestamp');
  const key = Uint8Array.from(atob(secret.replace('whsec_', '')), (one) => one.charCodeAt(0));
  const hex = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('hex');
  const signature = btoa(hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))));
  return headers.get('webhook-signature') === `v1,${signature}`;
}

describe('a crossing', () => {
  it('is sent with all that it tells, signed', async () => {
    await withOutbox(async ({ outbox, sent, drain }) => {
      outbox.add(crossing(), routing({}));
      expect(outbox.nextAt()).toBe(NOW);
      await drain();
      const [message] = sent;
      if (message === undefined) throw new Error('nothing was sent');
      expect(sent).toHaveLength(1);
      expect([message.url, message.redirect]).toEqual([HOOK, 'manual']);
      expect(message.headers.get('content-type')).toBe('application/json');
      expect(JSON.parse(message.body)).toEqual({
        id: 'alert_1',
        type: 'budget.soft',
        created_at: '2026-11-21T12:00:00.000Z',
        scope: 'key "ci"',
        data: {
          window: 'month',
          rolling: false,
          time_zone: 'UTC',
          usd: 5,
          soft_usd: 4,
          spent_usd: 4.1,
          window_starts_at: '2026-11-01T00:00:00.000Z',
          window_ends_at: '2026-12-01T00:00:00.000Z',
        },
      });
      expect(message.headers.get('webhook-id')).toBe('alert_1');
      expect(message.headers.get('webhook-timestamp')).toBe(String(NOW / 1000));
      expect(isSigned(message)).toBe(true);
      expect(isSigned({ ...message, body: `${message.body} ` })).toBe(false);
      expect(outbox.nextAt()).toBeNull();
    });
  });

  it('goes to every webhook that wants it, under one id', async () => {
    await withOutbox(async ({ outbox, sent, drain }) => {
      const urls = ['https://a.example/', 'https://b.example/?token=x', 'https://c.example/'] as const;
      outbox.add(
        crossing(),
        routing(
          { url: urls[0], events: ['budget.hard'] },
          { url: urls[1] },
          { url: urls[2], events: ['budget.soft'] },
        ),
      );
      await drain();
      expect(sent.map(({ url }) => url)).toEqual(urls.slice(1));
      expect(new Set(sent.map(({ headers }) => headers.get('webhook-id')))).toEqual(new Set(['alert_1']));
    });
  });

  it('is told once, also after an eviction', async () => {
    await withOutbox(async ({ outbox, sent, drain, again }) => {
      outbox.add(crossing(), routing({}));
      outbox.add(crossing({ spentNanoUsd: 4_900_000_000 }), routing({}));
      await drain();
      again().add(crossing(), routing({}));
      await drain();
      expect(sent).toHaveLength(1);
    });
  });

  it.each([
    ['of the other threshold', { type: 'budget.hard' as const }],
    ['of another amount', { budget: { ...crossing().budget, softNanoUsd: 4_500_000_000 } }],
    ['of another budget', { budget: { ...crossing().budget, id: 'month Europe/Oslo' } }],
    ['in the next window', { startsAt: Date.UTC(2026, 11, 1), endsAt: Date.UTC(2027, 0, 1) }],
  ])('%s is another one', async (_, fields) => {
    await withOutbox(async ({ outbox, sent, drain }) => {
      outbox.add(crossing(), routing({}));
      outbox.add(crossing(fields), routing({}));
      await drain();
      expect(sent.map(({ headers }) => headers.get('webhook-id'))).toEqual(['alert_1', 'alert_2']);
    });
  });

  it('of a rolling window is told again when the length of the window has passed', async () => {
    await withOutbox(async ({ outbox, clock, sent, drain }) => {
      const budget = { ...crossing().budget, id: 'rolling day', window: 'day' as const, rolling: true };
      const cross = () =>
        outbox.add(crossing({ budget, startsAt: clock.now - DAY_MS, endsAt: null }), routing({}));
      cross();
      clock.now += DAY_MS - 1;
      cross();
      await drain();
      expect(sent).toHaveLength(1);
      clock.now += 1;
      cross();
      await drain();
      expect(sent).toHaveLength(2);
    });
  });

  it('of a total budget is never told again', async () => {
    await withOutbox(async ({ outbox, clock, sent, drain }) => {
      const budget = { ...crossing().budget, id: 'total', window: 'total' as const };
      for (let year = 0; year < 3; year += 1) {
        outbox.add(crossing({ budget, startsAt: 0, endsAt: null }), routing({}));
        await drain();
        clock.now += 365 * DAY_MS;
      }
      expect(sent).toHaveLength(1);
    });
  });

  it('leaves nothing behind when its window is long over', async () => {
    await withOutbox(async ({ outbox, sql, clock, drain }) => {
      outbox.add(crossing(), routing({}));
      await drain();
      clock.now = Date.UTC(2026, 11, 3);
      outbox.add(crossing({ startsAt: Date.UTC(2026, 11, 1), endsAt: Date.UTC(2027, 0, 1) }), routing({}));
      expect(sql.exec('SELECT count(*) AS n FROM alerts_told').one()).toEqual({ n: 1 });
    });
  });

  it.each([
    ['nobody is told of anything', null],
    ['nobody wants this event', routing({ events: ['key.expiring'] })],
    ['there is no webhook', routing()],
  ])('is not remembered where %s', async (_, nobody) => {
    await withOutbox(async ({ outbox, sent, drain }) => {
      outbox.add(crossing(), nobody);
      expect(outbox.nextAt()).toBeNull();
      outbox.add(crossing(), routing({}));
      await drain();
      expect(sent).toHaveLength(1);
    });
  });

  it('is forgotten with the transaction that caused it', async () => {
    await withOutbox(async ({ outbox, transact, sent, drain }) => {
      expect(() =>
        transact(() => {
          outbox.add(crossing(), routing({}));
          throw new Error('the settlement could not be written');
        }),
      ).toThrow();
      expect(outbox.nextAt()).toBeNull();
      transact(() => outbox.add(crossing(), routing({})));
      await drain();
      expect(sent).toHaveLength(1);
    });
  });
});

describe('what was not delivered', () => {
  it('is sent again with the same id and a fresh signature, later each time, until it arrives', async () => {
    let failures = 5;
    const answer = () => new Response(null, { status: failures-- > 0 ? 500 : 200 });
    await withOutbox(
      async ({ outbox, sent, lines, drain }) => {
        outbox.add(crossing(), routing({}));
        expect(await drain()).toEqual([0, 10_000, 20_000, 40_000, 80_000, 160_000]);
        expect(new Set(sent.map(({ headers }) => headers.get('webhook-id')))).toEqual(new Set(['alert_1']));
        expect(new Set(sent.map(({ headers }) => headers.get('webhook-timestamp'))).size).toBe(6);
        expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
        expect(sent.every((one) => isSigned(one))).toBe(true);
        expect(lines).toEqual([]);
      },
      { answer },
    );
  });

  it('is dropped after a day, and the log says so without the address', async () => {
    await withOutbox(
      async ({ outbox, sql, sent, lines, drain }) => {
        outbox.add(crossing(), routing({}, { url: 'https://other.example/' }));
        const waits = await drain();
        expect(Math.max(...waits)).toBe(3_600_000);
        const lastAt = Math.max(...sent.map(({ at }) => at));
        expect(lastAt).toBeLessThan(NOW + DAY_MS);
        expect(lastAt).toBeGreaterThan(NOW + DAY_MS - 2 * 3_600_000);
        expect(sql.exec('SELECT count(*) AS n FROM alerts_outbox').one()).toEqual({ n: 0 });
        const attempts = sent.length / 2;
        expect(lines).toEqual(
          [0, 1].map((webhook) => ({
            type: 'alert_dropped',
            alert: 'alert_1',
            event: 'budget.soft',
            webhook,
            attempts,
            reason: 'status 503',
          })),
        );
      },
      { answer: refuse(503) },
    );
  });

  it.each([
    ['redirects', refuse(307, { location: 'https://elsewhere.example/' }), 'status 307'],
    ['does not take it', refuse(404), 'status 404'],
    [
      'cannot be reached',
      () => Promise.reject(new Error(`connect to ${HOOK} refused`)),
      'could not be reached',
    ],
  ])('counts as that where the receiver %s', async (_, answer, reason) => {
    await withOutbox(
      async ({ outbox, lines, drain }) => {
        outbox.add(crossing(), routing({}));
        await drain();
        expect(lines).toMatchObject([{ type: 'alert_dropped', reason }]);
        expect(JSON.stringify(lines)).not.toContain('aSecretPath');
      },
      { answer },
    );
  });

  it('is given up for now when nobody answers in time', async () => {
    let calls = 0;
    await withOutbox(
      async ({ outbox, sent, drain }) => {
        outbox.add(crossing(), routing({}));
        expect(await drain()).toEqual([0, 10_000]);
        expect(sent).toHaveLength(2);
      },
      {
        timeoutMs: 20,
        answer: (one, signal) => {
          calls += 1;
          if (calls > 1) return ok(one, signal);
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          });
        },
      },
    );
  });

  it.each([
    ['seconds', '120', 120_000],
    ['a date', new Date(NOW + 90_000).toUTCString(), 90_000],
    ['what nobody can read', 'soon', 10_000],
    ['less than we wait anyway', '1', 10_000],
    ['weeks', '9999999', 3_600_000],
  ])('waits as long as the receiver asks: %s', async (_, retryAfter, waitMs) => {
    await withOutbox(
      async ({ outbox }) => {
        outbox.add(crossing(), routing({}));
        await outbox.deliver();
        expect(outbox.nextAt()).toBe(NOW + waitMs);
      },
      { answer: refuse(429, { 'retry-after': retryAfter }) },
    );
  });

  it('is tried at times that jitter spreads', async () => {
    for (const [random, waitMs] of [
      [0, 7500],
      [0.999, 12_495],
    ] as const)
      await withOutbox(
        async ({ outbox }) => {
          outbox.add(crossing(), routing({}));
          await outbox.deliver();
          expect(outbox.nextAt()).toBe(NOW + waitMs);
        },
        { answer: refuse(500), random: () => random },
      );
  });

  it('does not keep others', async () => {
    await withOutbox(
      async ({ outbox, sent }) => {
        outbox.add(crossing(), routing({ url: 'https://down.example/' }, {}));
        await outbox.deliver();
        await outbox.deliver();
        expect(sent.map(({ url }) => url)).toEqual(['https://down.example/', HOOK]);
        expect(outbox.nextAt()).toBe(NOW + 10_000);
      },
      { answer: (one, signal) => (one.url === HOOK ? ok(one, signal) : new Response(null, { status: 500 })) },
    );
  });
});

describe('many messages', () => {
  it('leave six at a time, some dozens in a run, and the rest is due at once', async () => {
    let [running, most] = [0, 0];
    await withOutbox(
      async ({ outbox, sent }) => {
        for (let day = 0; day < 50; day += 1) outbox.add(crossing({ startsAt: day }), routing({}));
        await Promise.all([outbox.deliver(), outbox.deliver()]);
        expect([sent.length, most]).toEqual([36, 6]);
        expect(outbox.nextAt()).toBe(NOW);
        await outbox.deliver();
        expect(sent).toHaveLength(50);
        expect(outbox.nextAt()).toBeNull();
      },
      {
        answer: async (one, signal) => {
          running += 1;
          most = Math.max(most, running);
          await Promise.resolve();
          running -= 1;
          return ok(one, signal);
        },
      },
    );
  });
});

describe('addresses and secrets', () => {
  it('by name are looked up when a message is sent, and their values are kept nowhere', async () => {
    await withOutbox(async ({ outbox, sql, sent, variables, drain }) => {
      variables.set('HOOK_URL', HOOK).set('HOOK_SECRET', SECRET);
      outbox.add(crossing(), routing({ url: '$HOOK_URL', secret: '$HOOK_SECRET' }));
      const stored = JSON.stringify([...sql.exec('SELECT * FROM alerts_outbox')]);
      expect(stored).not.toContain('aSecretPath');
      expect(stored).not.toContain(SECRET);
      await drain();
      expect(sent.map(({ url }) => url)).toEqual([HOOK]);
      expect(sent.every((one) => isSigned(one))).toBe(true);
    });
  });

  it('that are not there are told to the log once, and looked up again', async () => {
    await withOutbox(async ({ outbox, clock, sent, lines, variables }) => {
      outbox.add(crossing(), routing({ url: '$HOOK_URL' }));
      for (let attempt = 0; attempt < 4; attempt += 1) {
        await outbox.deliver();
        clock.now = outbox.nextAt() ?? 0;
      }
      expect(lines).toEqual([{ type: 'alert_variable_missing', variable: 'HOOK_URL' }]);
      variables.set('HOOK_URL', HOOK);
      await outbox.deliver();
      expect(sent).toHaveLength(1);
      expect(outbox.nextAt()).toBeNull();
    });
  });

  it.each(['ADMIN_TOKEN', 'MASTER_SECRET', 'UPSTASH_REDIS_REST_TOKEN'])(
    'may not be the gateway’s own %s',
    async (name) => {
      await withOutbox(async ({ outbox, sent, lines, variables, drain }) => {
        variables.set(name, SECRET);
        outbox.add(crossing(), routing({ secret: `$${name}` }));
        await drain();
        expect(sent).toEqual([]);
        expect(lines.map(({ type }) => type)).toEqual(['alert_variable_missing', 'alert_dropped']);
      });
    },
  );

  it.each([
    ['http://hooks.example/', 'the URL is not https; set `allow_insecure` if that is meant'],
    ['https://10.0.0.7/', 'the URL is a private host; set `allow_insecure` if that is meant'],
    ['https://localhost/?a=b', 'the URL is a private host; set `allow_insecure` if that is meant'],
    ['https://169.254.169.254/', 'the URL is a metadata service, which is never called'],
    ['https://me:pass@hooks.example/', 'the URL may hold no user name or password'],
    ['not a URL', 'the URL is not a URL'],
  ])('are not called at %s', async (url, reason) => {
    await withOutbox(async ({ outbox, sent, lines, variables, drain }) => {
      variables.set('HOOK_URL', url);
      outbox.add(crossing(), routing({ url: '$HOOK_URL' }));
      await drain();
      expect(sent).toEqual([]);
      expect(lines).toMatchObject([{ type: 'alert_dropped', reason }]);
    });
  });

  it('may be private and plain where that is allowed', async () => {
    await withOutbox(async ({ outbox, sent, drain }) => {
      outbox.add(crossing(), routing({ url: 'http://127.0.0.1:8080/hook?a=b', allow_insecure: true }));
      await drain();
      expect(sent.map(({ url }) => url)).toEqual(['http://127.0.0.1:8080/hook?a=b']);
    });
  });

  it('never stand in what is sent', async () => {
    await withOutbox(async ({ outbox, sent, drain }) => {
      const routes = routing({ url: `${HOOK}?token=inTheQuery` }, { format: 'slack' });
      outbox.add(crossing(), routes);
      outbox.note({
        ...keyExpiring({
          identity: 'key:sha',
          keyId: 'key_1',
          name: 'ci',
          project: null,
          expiresAt: NOW + 1,
        }),
        routing: routes,
      });
      const failure = {
        provider: 'openai',
        credential: 'openai#0',
        reason: 'rejected',
        status: 401,
      } as const;
      outbox.note({ ...credentialExhausted(failure, NOW), routing: routes });
      await drain();
      expect(sent).toHaveLength(6);
      for (const { body } of sent)
        for (const secret of [SECRET.slice(6), 'aSecretPath', 'inTheQuery', 'key:sha', 'month UTC'])
          expect(body).not.toContain(secret);
    });
  });
});

describe('a key that expires', () => {
  const key = { identity: 'key_1', keyId: 'key_1', name: 'ci', project: 'support' };
  const expiresAt = NOW + 3 * DAY_MS;

  it('is told of once, and again when its life was prolonged', async () => {
    await withOutbox(async ({ outbox, sent, drain }) => {
      const tell = (at: number) =>
        outbox.note({ ...keyExpiring({ ...key, expiresAt: at }), routing: routing({}) });
      tell(expiresAt);
      tell(expiresAt);
      tell(expiresAt + DAY_MS);
      await drain();
      expect(sent.map(({ body }) => JSON.parse(body).data)).toEqual(
        ['2026-11-24T12:00:00.000Z', '2026-11-25T12:00:00.000Z'].map((expires_at) => ({
          key_id: 'key_1',
          key: 'ci',
          project: 'support',
          expires_at,
        })),
      );
    });
  });
});

describe('a credential that is exhausted', () => {
  const failure = { provider: 'openai', credential: 'openai#0', reason: 'quota', status: 429 } as const;

  it('is told of once a day', async () => {
    await withOutbox(async ({ outbox, clock, sent, drain }) => {
      const tell = () => outbox.note({ ...credentialExhausted(failure, clock.now), routing: routing({}) });
      tell();
      clock.now += DAY_MS - 1;
      tell();
      await drain();
      expect(sent).toHaveLength(1);
      clock.now += 1;
      tell();
      await drain();
      expect(sent).toHaveLength(2);
    });
  });

  it('is told of again at once if it worked in between', async () => {
    await withOutbox(async ({ outbox, sent, drain }) => {
      const tell = () => outbox.note({ ...credentialExhausted(failure, NOW), routing: routing({}) });
      tell();
      outbox.forget(exhaustionId('openai#1'));
      tell();
      outbox.forget(exhaustionId('openai#0'));
      tell();
      await drain();
      expect(sent.map(({ body }) => JSON.parse(body).data)).toEqual([failure, failure]);
    });
  });
});
