/**
 * Every kind of limit of everybody who can have one, over HTTP: exactly what it allows passes, and the next request hears
 * which limit it was, whose, and how long to wait.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { billed } from '../support/limits/billing-vendor.ts';
import {
  askUntilRefused,
  fresh,
  type LimitLab,
  startLimitLab,
  untilNothingIsHeld,
} from '../support/limits/lab.ts';
import { DURATION, type ExpectedLimit, expectLimit, rateLimits } from '../support/limits/refused.ts';
import { SUBJECT_NAMES, SUBJECTS, type Subject } from '../support/limits/subjects.ts';
import { ROOT } from '../support/workerd.ts';

/** More than the reservation's part for the input, so that four bills hold three reservations and never four. */
const OUTPUT = 1000;
const BILL = { input: 1, output: OUTPUT };
const BILLED_TOKENS = 1001;
const PASSES = 3;

interface LimitCase extends ExpectedLimit {
  readonly fields: Record<string, unknown>;
  /** What is told in `x-ratelimit-*`. */
  readonly unit?: 'requests' | 'tokens';
}

/** Each allows three requests that are billed `BILL`; what flows back meanwhile is less than one more. */
const LIMITS: Readonly<Record<string, LimitCase>> = {
  'requests a minute': {
    fields: { requests_per_minute: PASSES },
    code: 'request_limit_exceeded',
    param: 'requests_per_minute',
    unit: 'requests',
  },
  'requests a minute with a burst': {
    fields: { requests_per_minute: 1, burst_requests: PASSES },
    code: 'request_limit_exceeded',
    param: 'requests_per_minute',
    unit: 'requests',
  },
  'requests a day': {
    fields: { requests_per_day: PASSES },
    code: 'request_limit_exceeded',
    param: 'requests_per_day',
  },
  'tokens a minute': {
    fields: { tokens_per_minute: 6, burst_tokens: 4 * BILLED_TOKENS },
    code: 'token_limit_exceeded',
    param: 'tokens_per_minute',
    unit: 'tokens',
  },
  'tokens a day': {
    fields: { tokens_per_day: 4 * BILLED_TOKENS },
    code: 'token_limit_exceeded',
    param: 'tokens_per_day',
  },
  'a budget': {
    fields: { budgets: [{ usd: (4 * BILLED_TOKENS) / 1e6, window: 'month' }] },
    code: 'budget_exceeded',
    param: 'budgets',
  },
};

const KINDS = Object.entries(LIMITS).map(([limit, expected]) => ({ limit, ...expected }));

let lab: LimitLab;
beforeAll(async () => {
  lab = await startLimitLab();
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.vendor.calls.length = 0;
  lab.vendor.answer(billed({ bill: BILL }));
});

const open = async (name: string, fields: Record<string, unknown>): Promise<Subject> => {
  const make = SUBJECTS[name];
  if (make === undefined) throw new Error(`nobody is called ${name}`);
  return make(lab, fields);
};
/** `a-{b,c}` stands for `a-b` and `a-c`. */
function expandBraces(text: string): string[] {
  const [whole, before = '', words = '', after = ''] = /^(.*?)\{([^}]*)\}(.*)$/.exec(text) ?? [];
  return whole === undefined
    ? [text]
    : words.split(',').flatMap((word) => expandBraces(before + word + after));
}

const bounded = { fields: { max_tokens: OUTPUT } };

describe.each(SUBJECT_NAMES)('traps F5, G9: %s', (name) => {
  it.each(KINDS)(
    'has exactly its limit of $limit, and the next request is told: traps F6, F7',
    async ({ fields, ...expected }) => {
      const subject = await open(name, fields);
      const { passed, refused } = await askUntilRefused(() => subject.ask(bounded), PASSES + 2);
      expect([passed.length, lab.vendor.calls.length]).toEqual([PASSES, PASSES]);
      await expectLimit(lab.gateway, refused, { ...expected, scope: subject.scope });
      // And the one after it, whether or not this isolate remembers the refusal.
      await expectLimit(lab.gateway, await subject.ask(bounded), { ...expected, scope: subject.scope });
      expect(lab.vendor.calls.length).toBe(PASSES);
    },
  );
});

describe('x-ratelimit-*', () => {
  it('traps F8: are on every answer, as the API’s page promises', async () => {
    const page = readFileSync(join(ROOT, 'docs/api.md'), 'utf8');
    const [, name = ''] = /^\| `(x-ratelimit-[^`]+)` \|/m.exec(page) ?? [];
    const promised = expandBraces(name);
    expect(promised).toHaveLength(6);
    const key = await lab.mint({ requests_per_minute: 1, tokens_per_minute: 100_000 });
    for (const answer of [await lab.ask(key, bounded), await lab.ask(key, bounded)])
      expect([...answer.headers.keys()].filter((one) => one.startsWith('x-ratelimit'))).toEqual(
        promised.toSorted(),
      );
  });

  it('traps F8: count requests down on answers, and stand at nothing on the refusal', async () => {
    const key = await lab.mint({ requests_per_minute: PASSES });
    const { passed, refused } = await askUntilRefused(() => lab.ask(key, bounded), PASSES + 2);
    const told = [...passed, refused].map((answer) => rateLimits(answer, 'requests'));
    expect(told.map(({ limit }) => limit)).toEqual([3, 3, 3, 3]);
    expect(told.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0]);
    for (const { reset } of told) expect(reset).toMatch(DURATION);
    expect(rateLimits(refused, 'tokens')).toEqual({ limit: null, remaining: null, reset: null });
  });

  it('traps F8: tell tokens, on answers and on the refusal', async () => {
    const key = await lab.mint({ tokens_per_minute: 6, burst_tokens: 4 * BILLED_TOKENS });
    const { passed, refused } = await askUntilRefused(() => lab.ask(key, bounded), PASSES + 2);
    const told = [...passed, refused].map((answer) => rateLimits(answer, 'tokens'));
    expect(told.map(({ limit }) => limit)).toEqual([6, 6, 6, 6]);
    for (const [index, { remaining, reset }] of told.entries()) {
      // While an answer is on its way its reservation is taken off; afterwards what it was billed.
      const before = (4 - Math.min(index, PASSES)) * BILLED_TOKENS;
      expect(remaining).toBeLessThanOrEqual(before);
      expect(remaining).toBeGreaterThanOrEqual(0);
      expect(reset).toMatch(DURATION);
    }
    expect(told.at(-1)?.remaining).toBeGreaterThanOrEqual(BILLED_TOKENS - 50);
  });

  it('traps F8: are those of the tightest scope, on streams too', async () => {
    const project = fresh('project');
    await lab.configure({ projects: { [project]: { requests_per_minute: 5 } } });
    const key = await lab.mint({ project, requests_per_minute: 50 });
    const answer = await lab.ask(key, { stream: true, ...bounded });
    expect(answer.status).toBe(200);
    expect(rateLimits(answer, 'requests')).toEqual({
      limit: 5,
      remaining: 4,
      reset: expect.stringMatching(DURATION),
    });
  });

  it('are not there where nothing is limited', async () => {
    const answer = await lab.ask(await lab.mint(), bounded);
    const names = [...answer.headers.keys()].filter((name) => name.startsWith('x-ratelimit'));
    expect([answer.status, names]).toEqual([200, []]);
  });
});

describe('limits of several', () => {
  it('are all kept, and the refusal names the tightest', async () => {
    const project = fresh('project');
    const name = fresh('key');
    await lab.configure({ projects: { [project]: { requests_per_day: PASSES } } });
    const key = await lab.mint({ name, project, requests_per_day: 2 });
    const { passed, refused } = await askUntilRefused(() => lab.ask(key), 5);
    expect(passed).toHaveLength(2);
    await expectLimit(lab.gateway, refused, {
      code: 'request_limit_exceeded',
      param: 'requests_per_day',
      scope: `key "${name}"`,
    });
    // The project has one left, for another of its keys.
    const other = await lab.mint({ project });
    expect((await askUntilRefused(() => lab.ask(other), 3)).passed).toHaveLength(1);
  });

  it('take nothing for a request that one of them refuses', async () => {
    const project = fresh('project');
    await lab.configure({ projects: { [project]: { requests_per_day: 2 } } });
    const key = await lab.mint({ project, requests_per_day: 5 });
    expect((await askUntilRefused(() => lab.ask(key), 5)).passed).toHaveLength(2);
    for (let more = 0; more < 8; more += 1) expect((await lab.ask(key)).status).toBe(429);
    await lab.configure({ projects: { [project]: {} } });
    expect((await askUntilRefused(() => lab.ask(key), 5)).passed).toHaveLength(3);
  });

  it('of a key hold for all its tokens together', async () => {
    const name = fresh('key');
    const key = await lab.mint({ name, requests_per_day: PASSES });
    const tokens = [await lab.desk.mintToken(key), await lab.desk.mintToken(key)];
    let turn = 0;
    const next = () => {
      turn += 1;
      return lab.ask(tokens[turn % 2]?.token ?? '');
    };
    const { passed, refused } = await askUntilRefused(next, 6);
    expect(passed).toHaveLength(PASSES);
    expect(refused.error.scope).toBe(`key "${name}"`);
  });

  it('of an end user hold over `user` and `safety_identifier`, and for nobody else', async () => {
    const [name, other] = [fresh('user'), fresh('user')];
    await lab.configure({ end_users: { requests_per_day: 2 } });
    const key = await lab.mint();
    const ask = async (fields: object) => (await lab.ask(key, { fields: { ...fields } })).status;
    expect([
      await ask({ user: name }),
      await ask({ safety_identifier: name }),
      await ask({ user: name }),
      await ask({ user: other }),
      await ask({}),
      await ask({}),
      await ask({}),
    ]).toEqual([200, 200, 429, 200, 200, 200, 200]);
  });

  it('hold in another isolate as in this one', async () => {
    const far = await startLimitLab({ controlPlane: { secondIsolate: true } });
    try {
      const key = await far.mint({ requests_per_day: 2 });
      const { url, elsewhere } = far.gateway;
      const statuses: number[] = [];
      for (const at of [url, elsewhere, url, elsewhere])
        statuses.push((await far.ask(key, { url: at })).status);
      expect(statuses).toEqual([200, 200, 429, 429]);
    } finally {
      await far.stop();
    }
  });

  it('that are raised in the Registry count at once: budgets and places, while buckets only flow faster', async () => {
    const usd = (PASSES * BILLED_TOKENS) / 1e6;
    const minted = await lab.desk.mint({ name: fresh('key'), budgets: [{ usd, window: 'month' }] });
    const ask = () => lab.ask(minted.key, bounded);
    // The third would need more than the bill that it leaves in the end.
    expect((await askUntilRefused(ask, 5)).passed).toHaveLength(2);
    await lab.desk.patch(minted.id, { budgets: [{ usd: 2 * usd, window: 'month' }] });
    expect((await askUntilRefused(ask, 5)).passed).toHaveLength(3);
    await lab.desk.patch(minted.id, { budgets: null });
    expect((await ask()).status).toBe(200);
  });
});

describe('a refusal', () => {
  // A request here reserves some twenty tokens and is billed eleven, so each of these ends at another remainder.
  const BUDGETS = Array.from({ length: 12 }, (_, index) => 34 + 3 * index);

  it('is the last word: what this isolate holds itself does not stand in the way (traps G2)', async () => {
    lab.vendor.answer(billed());
    const afterwards = await Promise.all(
      BUDGETS.map(async (tokens) => {
        const key = await lab.mint({ budgets: [{ usd: tokens / 1e6, window: 'month' }] });
        await askUntilRefused(() => lab.ask(key), 10);
        await untilNothingIsHeld(lab.gateway.url, key);
        return [tokens, (await lab.ask(key)).status];
      }),
    );
    expect(afterwards).toEqual(BUDGETS.map((tokens) => [tokens, 429]));
  });
});

describe('a need that can never be met', () => {
  it.each([
    ['tokens', { tokens_per_minute: 100 }, 'token_limit_exceeded', 'tokens_per_minute'],
    ['a budget', { budgets: [{ usd: 0.0001, window: 'month' }] }, 'budget_exceeded', 'budgets'],
  ] as const)('is refused without a waiting time (%s)', async (_, fields, code, param) => {
    const key = await lab.mint(fields);
    await expectLimit(lab.gateway, await lab.ask(key, bounded), { code, param, isTimed: false });
    expect(lab.vendor.calls).toHaveLength(0);
  });

  it('is none where the client stated no output: tokens are cut to what the bucket holds', async () => {
    const key = await lab.mint({ tokens_per_minute: 100 });
    lab.vendor.answer(billed({ bill: { input: 20, output: 30 } }));
    const answer = await lab.ask(key, { fields: { max_tokens: undefined } });
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
  });

  it('a spent budget without an end has no waiting time', async () => {
    const key = await lab.mint({ budgets: [{ usd: BILLED_TOKENS / 2e6, window: 'total' }] });
    expect((await lab.ask(key)).status).toBe(200); // its vendor bills more than was reserved
    const refused = await lab.ask(key);
    await expectLimit(lab.gateway, refused, { code: 'budget_exceeded', param: 'budgets', isTimed: false });
  });
});

describe('limits of a provider’s credentials', () => {
  it('hand over to the next credential, and to nobody when none is left', async () => {
    const credentials = ['sk-credential-one-0001', 'sk-credential-two-0002'];
    const entry = { ...lab.vendor.providers.up, api_keys: credentials, limits: { requests_per_day: 2 } };
    await lab.configure({
      providers: { ...lab.vendor.providers, up: entry },
      models: { once: { retries: 0, targets: [{ provider: 'up', model: 'm' }] } },
    });
    const key = await lab.mint();
    const { passed, refused } = await askUntilRefused(() => lab.ask(key, { model: 'once' }), 6);
    expect(passed).toHaveLength(4);
    const used = lab.vendor.calls.map(({ headers }) => headers.authorization?.replace('Bearer ', ''));
    expect(used.toSorted()).toEqual([credentials[0], credentials[0], credentials[1], credentials[1]]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });
});
