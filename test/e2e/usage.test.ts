/** What was used and spent, over HTTP: `GET /v1/usage`, `GET /admin/v1/usage` and `npm run admin -- usage` agree to the unit. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ADMIN_TOKEN } from '../support/control-plane.ts';
import { billed } from '../support/limits/billing-vendor.ts';
import {
  documentKey,
  fresh,
  type LimitLab,
  NANO_PER_TOKEN,
  startLimitLab,
  toNano,
  untilNothingIsHeld,
} from '../support/limits/lab.ts';
import { EMBEDDINGS, MESSAGES } from '../support/limits/route-calls.ts';
import { ROOT } from '../support/workerd.ts';

const BILL = { input: 7, output: 3, cacheRead: 2, reasoning: 1 };
const TOKENS = BILL.input + BILL.output;
const listed = documentKey({ project: 'listed-project', concurrency: 5 });

let lab: LimitLab;
beforeAll(async () => {
  lab = await startLimitLab({ keys: [listed], controlPlane: { secondIsolate: true } });
});
afterAll(() => lab.stop());
beforeEach(() => lab.vendor.answer(billed({ bill: BILL })));

type Fields = Readonly<Record<string, unknown>>;

interface Scope extends Fields {
  readonly kind: string;
  readonly limits: readonly {
    readonly field: string;
    readonly limit: number;
    readonly burst: number;
    readonly remaining: number;
  }[];
  readonly budgets: readonly {
    readonly starts_at: string;
    readonly ends_at: string;
    readonly forecast_usd: number;
  }[];
  readonly total: { readonly requests: number; readonly cost_usd: number } | null;
  readonly days: readonly (Fields & { readonly model: string; readonly requests: number })[] | null;
}

async function report(key: string, query = '', url = lab.gateway.url) {
  const response = await fetch(`${url}/v1/usage${query}`, { headers: { authorization: `Bearer ${key}` } });
  const body = (await response.json()) as { object: string; key: string; scopes: Scope[]; error: Fields };
  return { status: response.status, headers: response.headers, body };
}

/** Until all isolates have told what they know, at most a second after the last answer. */
const untilCounted = (key: string, requests: number) =>
  vi.waitFor(
    async () => {
      const { body } = await report(key);
      expect(body.scopes[0]?.total?.requests).toBe(requests);
      return body;
    },
    { timeout: 10_000, interval: 100 },
  );

const today = () => new Date().toISOString().slice(0, 10);

/** A fresh key in a fresh project. */
async function mint(fields: Fields = {}) {
  const [name, project] = [fresh('key'), fresh('project')];
  const { id, key } = await lab.desk.mint({ name, project, ...fields });
  return { id, key, name, project };
}

async function askAdmin(query: string) {
  const response = await lab.gateway.admin('GET', `/usage?${query}`);
  const body = (await response.json()) as Fields & { readonly data: (Fields & { requests: number })[] };
  expect({ status: response.status, body }).toMatchObject({ status: 200 });
  return body;
}

describe('GET /v1/usage', () => {
  it('tells a key what is left of its limits, what it spent, and what it used', async () => {
    const { key, name, project } = await mint({
      requests_per_minute: 1,
      burst_requests: 10,
      tokens_per_day: 1000,
      concurrency: 4,
      budgets: [{ usd: 0.001, soft_usd: 0.0009, window: 'month' }],
    });
    for (let times = 0; times < 2; times += 1) expect((await lab.ask(key)).status).toBe(200);
    expect((await lab.ask(key, { call: MESSAGES })).status).toBe(200);
    await untilNothingIsHeld(lab.gateway.url, key);
    const { status, headers, body } = await report(key);
    expect([status, headers.get('cache-control'), body.object, body.key]).toEqual([
      200,
      'no-store',
      'usage',
      name,
    ]);
    const spent = (3 * TOKENS * NANO_PER_TOKEN) / 1e9;
    const [own, shared] = body.scopes;
    expect(own).toMatchObject({
      kind: 'key',
      name,
      concurrency: { limit: 4, in_flight: 0 },
      budgets: [
        {
          window: 'month',
          rolling: false,
          time_zone: 'UTC',
          usd: 0.001,
          soft_usd: 0.0009,
          spent_usd: spent,
          reserved_usd: 0,
          estimated_usd: 0,
          remaining_usd: (1_000_000 - 3 * TOKENS * NANO_PER_TOKEN) / 1e9,
        },
      ],
      total: {
        requests: 3,
        input_tokens: 3 * BILL.input,
        output_tokens: 3 * BILL.output,
        cost_usd: spent,
        estimated_requests: 0,
        unpriced_requests: 0,
      },
    });
    const limits = own?.limits ?? [];
    expect(limits.map(({ field, limit, burst }) => [field, limit, burst])).toEqual([
      ['requests_per_minute', 1, 10],
      ['tokens_per_day', 1000, 1000],
    ]);
    // Three were used; whatever flowed back since is less than all of them.
    expect(limits[0]?.remaining).toBeGreaterThanOrEqual(7);
    expect(limits[0]?.remaining).toBeLessThan(10);
    expect(limits[1]?.remaining).toBeGreaterThanOrEqual(1000 - 3 * TOKENS);
    const budget = own?.budgets[0];
    expect(Date.parse(budget?.starts_at ?? '')).toBeLessThanOrEqual(Date.now());
    expect(Date.parse(budget?.ends_at ?? '')).toBeGreaterThan(Date.now());
    expect(budget?.forecast_usd).toBeGreaterThanOrEqual(spent);
    expect(own?.days?.map(({ day, model, requests }) => [day, model, requests]).toSorted()).toEqual([
      [today(), 'claude/m', 1],
      [today(), 'up/m', 2],
    ]);
    expect(shared).toMatchObject({ kind: 'project', name: project, total: null, days: null });
  });

  it('is exact, whichever isolates served the requests', async () => {
    const { key } = await mint({ requests_per_minute: 1000, budgets: [{ usd: 1, window: 'total' }] });
    const { url, elsewhere } = lab.gateway;
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        lab.ask(key, { url: index % 3 === 0 ? elsewhere : url, stream: index % 2 === 0 }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const { scopes } = await untilCounted(key, 60);
    expect(toNano(scopes[0]?.total?.cost_usd ?? 0)).toBe(60 * TOKENS * NANO_PER_TOKEN);
    const there = await report(key, '', elsewhere);
    expect(there.body.scopes[0]?.total).toEqual(scopes[0]?.total);
  });

  it('tells at once what this isolate knows', async () => {
    const { key } = await mint({ tokens_per_minute: 100_000 });
    for (let requests = 1; requests <= 5; requests += 1) {
      await lab.ask(key);
      expect((await report(key)).body.scopes[0]?.total?.requests).toBe(requests);
    }
  });

  it('can still be read when everything is spent, and takes nothing itself', async () => {
    const { key } = await mint({ requests_per_day: 1, budgets: [{ usd: 0, window: 'day' }] });
    expect((await lab.ask(key)).status).toBe(429);
    for (let times = 0; times < 3; times += 1) {
      const { status, body } = await report(key);
      expect(status).toBe(200);
      expect(body.scopes[0]?.limits).toMatchObject([{ field: 'requests_per_day', remaining: 1 }]);
    }
  });

  it('tells a token its own use, and no more of its key than what is left', async () => {
    const parent = await mint({ requests_per_day: 10 });
    const { token } = await lab.desk.mintToken(parent.key, { name: 'job', tokens_per_day: 500 });
    expect((await lab.ask(parent.key)).status).toBe(200);
    expect((await lab.ask(token)).status).toBe(200);
    await vi.waitFor(async () => expect((await report(token)).body.scopes[0]?.total?.requests).toBe(1), {
      timeout: 10_000,
      interval: 100,
    });
    const { body } = await report(token);
    expect(body.scopes.map(({ kind, days }) => [kind, days === null])).toEqual([
      ['token', false],
      ['key', true],
      ['project', true],
    ]);
    expect((await untilCounted(parent.key, 2)).scopes[0]?.kind).toBe('key');
  });

  it('counts a rotated key on, and a key of the document by what it is', async () => {
    const { id, key } = await mint();
    await lab.ask(key);
    const rotated = await lab.desk.act(id, 'rotate', { overlap_seconds: 60 });
    await lab.ask(rotated.key);
    await untilCounted(rotated.key, 2);
    await lab.ask(listed.key);
    expect((await untilCounted(listed.key, 1)).key).toBe(listed.entry.name);
  });

  it('tells the days that are asked for', async () => {
    const { key } = await mint();
    await lab.ask(key);
    expect((await report(key, '?days=1')).body.scopes[0]?.days).toHaveLength(1);
    expect((await report(key, '?days=90')).body.scopes[0]?.days).toHaveLength(1);
    for (const days of ['0', '91', 'all'])
      expect(await report(key, `?days=${days}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_request', param: 'days' } },
      });
  });

  it('answers at both addresses, to keys only, and to GET only', async () => {
    const { key } = await mint();
    const headers = { authorization: `Bearer ${key}` };
    expect((await fetch(`${lab.gateway.url}/usage`, { headers })).status).toBe(200);
    expect((await fetch(`${lab.gateway.url}/v1/usage`)).status).toBe(401);
    const posted = await fetch(`${lab.gateway.url}/v1/usage`, { method: 'POST', headers });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
    const elsewhere = await mint({ routes: ['/v1/chat/*'] });
    expect((await report(elsewhere.key)).status).toBe(403);
  });
});

describe('GET /admin/v1/usage', () => {
  it('tells by key, project, model and day what the keys are told themselves', async () => {
    const first = await mint({ budgets: [{ usd: 1, window: 'month' }] });
    const second = await mint({ project: first.project });
    await lab.ask(first.key);
    await lab.ask(first.key, { stream: true });
    await lab.ask(second.key, { call: EMBEDDINGS });
    await untilCounted(first.key, 2);
    await untilCounted(second.key, 1);
    const filter = `project=${first.project}`;
    const keys = await askAdmin(`by=key&${filter}`);
    expect(keys.data.map(({ key_id, key, requests }) => [key_id, key, requests])).toEqual([
      [second.id, second.name, 1],
      [first.id, first.name, 2],
    ]);
    expect(keys.data[1]).toMatchObject({
      cost_usd: (2 * TOKENS * NANO_PER_TOKEN) / 1e9,
      budgets: [{ usd: 1, window: 'month', spent_usd: (2 * TOKENS * NANO_PER_TOKEN) / 1e9 }],
    });
    const [project] = (await askAdmin(`by=project&${filter}`)).data;
    const sum = keys.data.reduce((total, { cost_usd }) => total + toNano(Number(cost_usd)), 0);
    expect([project?.requests, toNano(Number(project?.cost_usd))]).toEqual([3, sum]);
    expect((await askAdmin(`by=model&${filter}`)).data).toMatchObject([{ model: 'up/m', requests: 3 }]);
    expect((await askAdmin(`by=day&${filter}`)).data).toMatchObject([{ day: today(), requests: 3 }]);
    expect((await askAdmin(`by=model&key_id=${second.id}`)).data).toMatchObject([{ requests: 1 }]);
    expect((await askAdmin(`by=day&${filter}&to=2026-01-01`)).data).toEqual([]);
  });

  it('finds keys of the document without showing their hash', async () => {
    await lab.ask(listed.key);
    const body = await askAdmin('by=key&project=listed-project');
    expect(body.data).toMatchObject([{ key: listed.entry.name, concurrency: { limit: 5 } }]);
    expect(JSON.stringify(body)).not.toContain(listed.entry.sha256);
    expect((await askAdmin(`by=key&key_id=${body.data[0]?.key_id}`)).data).toHaveLength(1);
  });

  it('walks all keys in pages, each once', async () => {
    await Promise.all(Array.from({ length: 25 }, () => mint()));
    const seen: unknown[] = [];
    for (let cursor = ''; ; ) {
      const page = await askAdmin(`by=key&limit=1000${cursor}`);
      expect(page.data.length).toBeLessThanOrEqual(20);
      seen.push(...page.data.map(({ key_id }) => key_id));
      if (page.has_more !== true) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(seen.length).toBeGreaterThan(25);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('npm run admin -- usage', () => {
  const run = promisify(execFile);
  const admin = async (...args: string[]) => {
    const env = {
      ...process.env,
      EDGEWAY_URL: lab.gateway.url,
      EDGEWAY_ADMIN_TOKEN: ADMIN_TOKEN,
      NO_COLOR: '1',
    };
    return run('node', [join(ROOT, 'src/cli/admin/main.ts'), 'usage', ...args], { env });
  };

  it('tells people and scripts the same', async () => {
    const { key, project } = await mint({ budgets: [{ usd: 1, window: 'month' }] });
    await lab.ask(key);
    await untilCounted(key, 1);
    const { stdout } = await admin('--by', 'model', '--project', project, '--from', today(), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      by: 'model',
      data: [{ model: 'up/m', requests: 1, cost_usd: (TOKENS * NANO_PER_TOKEN) / 1e9 }],
    });
    const table = await admin('--by', 'key', '--project', project);
    expect(table.stdout).toMatch(/USD .*BUDGETS/);
    expect(table.stdout).toContain('0.00001 of 1 (month)');
    // Every project there is: more than one page holds.
    const all = JSON.parse((await admin('--by', 'day', '--json')).stdout);
    expect(all.data).toHaveLength(1);
    expect(all.data[0].requests).toBeGreaterThanOrEqual(1);
  });
});
