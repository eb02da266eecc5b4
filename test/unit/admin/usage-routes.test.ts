/** `/admin/v1/usage`: whose use is read, by whom, in which pages, and how rows are made of it. */
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/admin/actor.ts';
import { documentKeyLedgerId } from '../../../src/keys/ledger-ids.ts';
import { type AdminApi, type AdminApiOptions, answerOf, createAdminApi } from './control-desk.ts';
import { STANDING } from './ledgers.ts';
import { answerMistakes } from './openapi-rules.ts';
import { aKey, developerOf, OWNER } from './registry-support.ts';

const DAY = '2026-11-21';
const HASH = 'a'.repeat(64);
const LISTED = documentKeyLedgerId(HASH);

const viewer: Actor = { ...OWNER, role: 'viewer' };

async function ask(api: AdminApi, query: string, actor: Actor = OWNER) {
  const { status, body } = await answerOf(api.ask('GET', `/usage?${query}`, undefined, { actor }));
  return { status, body, rows: body.data as Record<string, unknown>[] };
}

/** All pages, one row after the other. */
async function askAll(api: AdminApi, query: string, actor: Actor = OWNER) {
  const rows: Record<string, unknown>[] = [];
  const sizes: number[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await ask(api, query + cursor, actor);
    rows.push(...body.data);
    sizes.push(body.data.length);
    if (!body.has_more) return { rows, sizes };
    cursor = `&cursor=${body.next_cursor}`;
  }
}

/** A document with a key and a project, and a Registry with a key and a project of its own. */
async function setUp(options: AdminApiOptions = {}) {
  const document = {
    keys: [{ name: 'listed', sha256: HASH, project: 'web', tokens_per_day: 1000 }],
    projects: { web: { requests_per_minute: 10, concurrency: 1 } },
  };
  const api = createAdminApi({ variableText: JSON.stringify(document), ...options });
  const { registry, ledgers } = api;
  const key = await registry.write(
    'keys.create',
    aKey({ name: 'minted', project: 'app', fields: { concurrency: 2 } }),
  );
  return { api, registry, ledgers, key };
}

describe('the use', () => {
  it('of keys is that of the document’s and of minted ones, with what is left of their limits', async () => {
    const { api, ledgers, key } = await setUp();
    ledgers.record(`key ${LISTED}`, DAY, { requests: 2, inputTokens: 30, nanoUsd: 250 });
    ledgers.record(`key ${LISTED}`, DAY, {
      requests: 1,
      model: 'other/model',
      nanoUsd: 50,
      estimatedRequests: 1,
    });
    ledgers.record(`key ${key.id}`, DAY, { requests: 7, unpricedRequests: 3, reasoningTokens: 4 });
    const { status, body, rows } = await ask(api, `by=key&from=${DAY}&to=${DAY}`);
    expect([status, body.by, body.from, body.to, body.has_more]).toEqual([200, 'key', DAY, DAY, false]);
    expect(rows).toEqual([
      {
        key_id: LISTED,
        key: 'listed',
        project: 'web',
        requests: 3,
        input_tokens: 30,
        output_tokens: 0,
        cache_read_tokens: 0,
        cache_write_tokens: 0,
        reasoning_tokens: 0,
        cost_usd: 0.0000003,
        estimated_requests: 1,
        unpriced_requests: 0,
        ...STANDING,
      },
      expect.objectContaining({
        key_id: key.id,
        key: 'minted',
        project: 'app',
        requests: 7,
        unpriced_requests: 3,
        reasoning_tokens: 4,
        cost_usd: 0,
      }),
    ]);
    expect(JSON.stringify(body)).not.toContain(HASH);
    expect(ledgers.asked.get(`key ${LISTED}`)?.limits).toEqual({ tokens_per_day: 1000 });
    expect(ledgers.asked.get(`key ${key.id}`)?.limits).toEqual({ concurrency: 2 });
    const described = (await answerOf(api.ask('GET', '/openapi.json'))).body;
    expect(answerMistakes(described, 'getUsage', 200, body)).toEqual([]);
  });

  it('is told to the Ledgers before they are asked', async () => {
    const { api, ledgers, key } = await setUp();
    await ask(api, 'by=key');
    expect(ledgers.calls).toEqual([
      `flush key ${LISTED}`,
      `flush key ${key.id}`,
      `read key ${LISTED}`,
      `read key ${key.id}`,
    ]);
  });

  it('of projects is that of all that the document or the Registry names, each once, with the limits of both', async () => {
    const { api, registry, ledgers } = await setUp();
    const fields = { concurrency: 9, tokens_per_minute: 5 };
    await registry.write('projects.create', { name: 'web', organization: null, fields });
    ledgers.record('project web', DAY, { requests: 2 });
    const { rows } = await ask(api, `from=${DAY}&to=${DAY}`);
    expect(rows.map(({ project, requests }) => [project, requests])).toEqual([
      ['default', 0],
      ['web', 2],
      ['app', 0],
    ]);
    expect(rows[1]).toMatchObject(STANDING);
    expect(ledgers.asked.get('project web')?.limits).toEqual({ requests_per_minute: 10, ...fields });
    expect(ledgers.calls.filter((call) => call === 'read project web')).toHaveLength(1);
  });

  it('of models and of days is the sum over all projects', async () => {
    const { api, ledgers } = await setUp();
    const [first, second] = ['2026-11-20', '2026-11-21'];
    ledgers.record('project web', first, { requests: 1, model: 'b/b', nanoUsd: 1, outputTokens: 5 });
    ledgers.record('project web', second, { requests: 2, model: 'a/a', nanoUsd: 2, cacheReadTokens: 7 });
    ledgers.record('project app', second, { requests: 4, model: 'b/b', nanoUsd: 4, cacheWriteTokens: 8 });
    const range = `from=${first}&to=${second}`;
    const models = await ask(api, `by=model&${range}`);
    expect(models.rows.map(({ model, requests, cost_usd }) => [model, requests, cost_usd])).toEqual([
      ['a/a', 2, 2e-9],
      ['b/b', 5, 5e-9],
    ]);
    expect(models.rows[1]).toMatchObject({ output_tokens: 5, cache_write_tokens: 8 });
    expect(models.rows[0]).not.toHaveProperty('budgets');
    const days = await ask(api, `by=day&${range}`);
    expect(days.rows.map(({ day, requests }) => [day, requests])).toEqual([
      [first, 1],
      [second, 6],
    ]);
    const one = await ask(api, `by=day&${range}&project=app`);
    expect(one.rows.map(({ day, requests }) => [day, requests])).toEqual([[second, 4]]);
    expect((await ask(api, `by=day&from=${first}&to=${first}`)).rows).toHaveLength(1);
  });

  it('of a single key or project is found by its id or name', async () => {
    const { api, ledgers, key } = await setUp();
    ledgers.record(`key ${key.id}`, DAY, { requests: 3 });
    const range = `from=${DAY}&to=${DAY}`;
    expect((await ask(api, `by=key&key_id=${key.id}&${range}`)).rows).toMatchObject([
      { key: 'minted', requests: 3 },
    ]);
    expect((await ask(api, `by=model&key_id=${key.id}&${range}`)).rows).toMatchObject([
      { model: 'openai/gpt', requests: 3 },
    ]);
    const [ofProject] = (await ask(api, `by=project&key_id=${key.id}&${range}`)).rows;
    expect(ofProject).toMatchObject({ project: 'app', requests: 3 });
    expect(ofProject).not.toHaveProperty('budgets'); // which are the project's, and not the key's
    expect((await ask(api, `by=key&key_id=${LISTED}`)).rows).toMatchObject([{ key: 'listed' }]);
    expect((await ask(api, `by=key&key_id=${key.id}&project=web`)).rows).toEqual([]);
    expect((await ask(api, 'by=key&key_id=key_none')).rows).toEqual([]);
    expect((await ask(api, 'by=key&project=app')).rows).toMatchObject([{ key: 'minted' }]);
    ledgers.record('project gone', DAY, { requests: 8 });
    expect((await ask(api, `project=gone&${range}`)).rows).toMatchObject([{ project: 'gone', requests: 8 }]);
  });

  it('is that of the last seven days where nobody says which', async () => {
    const { api } = await setUp();
    const today = new Date().toISOString().slice(0, 10);
    const { body } = await ask(api, '');
    const { from, to } = body;
    expect([to >= today, (Date.parse(to) - Date.parse(from)) / 86_400_000]).toEqual([true, 6]);
    expect((await ask(api, 'to=2026-03-02')).body.from).toBe('2026-02-24');
  });

  it('cannot be read while a Ledger cannot: half of it would be wrong', async () => {
    const { api, ledgers } = await setUp();
    ledgers.isDown = true;
    const { status, body } = await ask(api, '');
    expect(status).toBe(503);
    expect(body.error.code).toBe('gateway_unavailable');
  });
});

describe('a page', () => {
  /** 45 keys in the document, 30 in the Registry. */
  async function setUpMany() {
    const keys = Array.from({ length: 45 }, (_, index) => ({
      name: `listed-${index}`,
      sha256: index.toString(16).padStart(64, '0'),
      project: `p${index % 25}`,
    }));
    const parts = await setUp({ variableText: JSON.stringify({ keys }) });
    for (let index = 0; index < 29; index += 1)
      await parts.registry.write('keys.create', aKey({ name: `minted-${index}`, project: `p${index + 10}` }));
    return parts;
  }

  it('asks at most twenty Ledgers, and all pages together each once', async () => {
    const { api, ledgers } = await setUpMany();
    const { rows, sizes } = await askAll(api, 'by=key&limit=1000');
    expect(sizes).toEqual([20, 20, 20, 15]);
    expect(new Set(rows.map(({ key_id }) => key_id)).size).toBe(75);
    expect(ledgers.running.most).toBe(20);
    const reads = ledgers.calls.filter((call) => call.startsWith('read'));
    expect([reads.length, new Set(reads).size]).toEqual([75, 75]);
  });

  it.each([1, 7, 20])('of %i and those after it list every project once', async (limit) => {
    const { api } = await setUpMany();
    const { rows, sizes } = await askAll(api, `limit=${limit}`);
    const names = rows.map(({ project }) => project);
    const expected = ['default', 'app', ...Array.from({ length: 39 }, (_, index) => `p${index}`)];
    expect(names.toSorted()).toEqual(expected.toSorted());
    expect(Math.max(...sizes)).toBe(limit);
  });

  it.each(['by=key', 'by=project', 'by=day'])('of %s begins at no cursor that is not ours', async (query) => {
    const { api } = await setUp();
    for (const cursor of ['x', 'd', 'dA', 'c-1', 'd1234567', ' '])
      expect((await ask(api, `${query}&cursor=${cursor}`)).body.error).toMatchObject({
        code: 'invalid_request',
        param: 'cursor',
      });
    expect((await ask(api, `${query}&cursor=dzzz`)).status).toBe(200); // behind the end of the document
  });
});

describe('who may read', () => {
  it('sees the use of their own projects: a developer theirs, a viewer all', async () => {
    const { api, ledgers, key } = await setUp();
    const range = `from=${DAY}&to=${DAY}`;
    ledgers.record('project app', DAY, { requests: 1 });
    ledgers.record('project web', DAY, { requests: 2 });
    const developer = developerOf('app');
    const projects = async (actor: Actor) =>
      (await ask(api, range, actor)).rows.map(({ project }) => project);
    const keys = async (actor: Actor) =>
      (await ask(api, `by=key&${range}`, actor)).rows.map(({ key_id }) => key_id);
    expect(await projects(developer)).toEqual(['app']);
    expect(await projects(viewer)).toEqual(['default', 'web', 'app']);
    expect(await keys(developer)).toEqual([key.id]);
    expect(await keys(developerOf('web'))).toEqual([LISTED]);
    expect(await keys(viewer)).toEqual([LISTED, key.id]);
    expect((await ask(api, `by=model&${range}`, developer)).rows).toMatchObject([{ requests: 1 }]);
  });

  it.each([
    'project=web',
    'by=model&project=web',
    'by=key&project=web',
    `by=key&key_id=${LISTED}`,
    `by=day&key_id=${LISTED}`,
  ])('gets nothing of others by asking for it: %s', async (query) => {
    const { api, ledgers } = await setUp();
    ledgers.record('project web', DAY, { requests: 2 });
    ledgers.record(`key ${LISTED}`, DAY, { requests: 2 });
    const { status, rows } = await ask(api, `${query}&from=${DAY}&to=${DAY}`, developerOf('app'));
    expect([status, rows]).toEqual([200, []]);
    expect(ledgers.calls).toEqual([]);
  });
});

describe('a question', () => {
  it.each([
    ['by=week', 'by'],
    ['from=yesterday', 'from'],
    ['from=2026-02-30', 'from'],
    ['to=2026-11-21T00:00:00Z', 'to'],
    ['from=2026-11-22&to=2026-11-21', 'from'],
    ['from=2026-08-21&to=2026-11-21', 'from'],
    ['limit=0', 'limit'],
    ['project=', 'project'],
    ['key=key_1', 'key'],
  ])('is refused: %s', async (query, param) => {
    const { api, ledgers } = await setUp();
    const { status, body } = await ask(api, query);
    expect([status, body.error.code, body.error.param]).toEqual([400, 'invalid_request', param]);
    expect(ledgers.calls).toEqual([]);
  });

  it('may be about a quarter', async () => {
    const { api } = await setUp();
    expect((await ask(api, 'from=2026-08-22&to=2026-11-21')).status).toBe(200);
  });

  it('is answered with what the Registry knows where the variable’s document cannot be read', async () => {
    const { api, key } = await setUp({ variableText: '{' });
    expect((await ask(api, 'by=key')).rows.map(({ key_id }) => key_id)).toEqual([key.id]);
  });
});
