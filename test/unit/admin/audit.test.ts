/// <reference types="vite/types/importMeta.d.ts" />
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/admin/registry/audit-queries.ts';
import { GatewayUnavailable } from '../../../src/errors.ts';
import { type Happening, happen, tamper, times } from './audit-trail.ts';
import { type AdminApi, answerOf, createAdminApi } from './control-desk.ts';
import { developerOf, ISSUER, OWNER } from './registry-support.ts';

const SOURCES: Readonly<Record<string, string>> = import.meta.glob('../../../src/admin/**/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The Registry's own entry of a key. */
const mint = async (api: AdminApi, name: string) => {
  const { status, body } = await answerOf(api.ask('POST', '/keys', { name, project: 'web' }));
  expect(status).toBe(201);
  return body;
};

async function trailOf(happenings: readonly Happening[]): Promise<AdminApi> {
  const api = createAdminApi();
  await happen(api.registry, happenings);
  return api;
}

const list = async (api: AdminApi, query = '') => (await answerOf(api.ask('GET', `/audit${query}`))).body;
const seqs = ({ data }: { data: readonly AuditEntry[] }): number[] => data.map(({ seq }) => seq);
const verify = async (api: AdminApi) => (await answerOf(api.ask('GET', '/audit/verify'))).body;
const exported = async (api: AdminApi, query = ''): Promise<AuditEntry[]> => {
  const text = await textOf(await api.ask('GET', `/audit/export${query}`));
  return text === '' ? [] : toLines(text);
};
const toLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
/** `text()` warns of a body that does not say that it is text. */
const textOf = async (response: Response): Promise<string> =>
  new TextDecoder().decode(await response.arrayBuffer());

describe('the audit trail, listed', () => {
  it('tells who did what to which thing, from where, and what it was before and after', async () => {
    const api = createAdminApi();
    const key = await mint(api, 'ci');
    await api.ask('POST', `/keys/${key.id}/disable`);
    const [disabled, minted] = (await list(api)).data;
    expect(disabled).toEqual({
      seq: 3,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      actor: OWNER.subject,
      issuer: null,
      role: 'owner',
      action: 'key.disable',
      target: key.id,
      project: 'web',
      before: expect.objectContaining({ status: 'active' }),
      after: expect.objectContaining({ status: 'disabled' }),
      ip: OWNER.ip,
      country: OWNER.country,
      request_id: OWNER.requestId,
      previous_hash: minted.hash,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(JSON.stringify([disabled, minted])).not.toContain(key.key);
  });

  it('comes in pages, the newest first, and is not shifted by what is new meanwhile', async () => {
    const api = await trailOf(times(120));
    const first = await list(api, '?limit=70');
    await happen(api.registry, times(5));
    const second = await list(api, `?limit=70&cursor=${first.next_cursor}`);
    expect(seqs(first)).toEqual(Array.from({ length: 70 }, (_, index) => 120 - index));
    expect(seqs(second)).toEqual(Array.from({ length: 50 }, (_, index) => 50 - index));
    expect([first.has_more, second.has_more, second.next_cursor]).toEqual([true, false, null]);
  });

  it('cuts a page short whose entries are long, and loses none', async () => {
    const api = await trailOf(times(200, { before: 'x'.repeat(60_000) }));
    const found: number[] = [];
    let cursor: string | null = null;
    do {
      const page = await list(api, `?limit=1000${cursor === null ? '' : `&cursor=${cursor}`}`);
      expect(page.data.length).toBeLessThan(150);
      found.push(...seqs(page));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(found).toEqual(Array.from({ length: 200 }, (_, index) => 200 - index));
  });

  it('is filtered by actor, action, target, project and time', async () => {
    const day = (number: number) => Date.UTC(2026, 0, number);
    const api = await trailOf([
      { action: 'key.create', target: 'key_a', project: 'web', at: day(1) },
      { action: 'key.disable', target: 'key_a', project: 'web', at: day(2), actor: 'bo@example.com' },
      { action: 'keyring.open', target: 'key_b', project: 'shop', at: day(3) },
      { action: 'config.put', target: 'config', at: day(4), actor: 'bo@example.com' },
    ]);
    const found = async (query: string) => seqs(await list(api, query));
    expect(await found('?actor=bo@example.com')).toEqual([4, 2]);
    expect(await found('?action=key.disable')).toEqual([2]);
    expect(await found('?action=key.')).toEqual([2, 1]);
    expect(await found('?action=key')).toEqual([]);
    expect(await found('?action=%25.')).toEqual([]);
    expect(await found('?target=key_a')).toEqual([2, 1]);
    expect(await found('?project=shop')).toEqual([3]);
    expect(await found('?since=2026-01-02T00:00:00Z&until=2026-01-04T00:00:00Z')).toEqual([3, 2]);
    expect(await found('?since=2026-01-02T01:00:00%2B01:00&until=2026-01-02T00:00:00.001Z')).toEqual([2]);
    expect(await found('?actor=bo@example.com&action=key.&limit=1')).toEqual([2]);
  });

  it('tells people of one name apart by their issuer', async () => {
    const api = await trailOf([{}, { issuer: 'https://other.example' }, { issuer: null }]);
    const found = async (query: string) => seqs(await list(api, query));
    expect(await found('?actor=ada@example.com')).toEqual([3, 2, 1]);
    expect(await found(`?actor=ada@example.com&issuer=${ISSUER}`)).toEqual([1]);
    expect((await exported(api, '?issuer=https://other.example')).map(({ seq }) => seq)).toEqual([2]);
    expect((await list(api)).data.map(({ issuer }: AuditEntry) => issuer)).toEqual([
      null,
      'https://other.example',
      ISSUER,
    ]);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['cursor=nonsense', 'cursor'],
    ['since=yesterday', 'since'],
    ['until=2026-01-01', 'until'],
    ['actor=', 'actor'],
    [`issuer=${'x'.repeat(2049)}`, 'issuer'],
  ])('refuses %s', async (query, param) => {
    const { status, body } = await answerOf((await trailOf(times(1))).ask('GET', `/audit?${query}`));
    expect([status, body.error.code, body.error.param]).toEqual([400, 'invalid_request', param]);
  });

  it('shows nobody what belongs to the projects of others', async () => {
    const { registry } = await trailOf([{ project: 'web' }, { project: 'shop' }, {}]);
    const filter = {
      actor: null,
      action: null,
      issuer: null,
      target: null,
      project: null,
      since: null,
      until: null,
    };
    const developer = developerOf('web');
    const page = await registry.query('audit.list', { ...filter, limit: 50, cursor: null }, developer);
    const slice = await registry.query('audit.slice', { ...filter, after: 0, limit: 50 }, developer);
    expect([page.data, slice.entries].map((found) => found.map(({ seq }) => seq))).toEqual([[1], [1]]);
  });

  it.each([
    ['developer', '/audit', 403],
    ['developer', '/audit/export', 403],
    ['developer', '/audit/verify', 403],
    ['viewer', '/audit', 200],
    ['viewer', '/audit/export', 403],
    ['viewer', '/audit/verify', 200],
    ['admin', '/audit/export', 200],
  ] as const)('is for the roles of the table (%s %s: %i)', async (role, path, status) => {
    const api = await trailOf(times(1));
    expect((await api.ask('GET', path, undefined, { role })).status).toBe(status);
  });

  it('keeps the hash of what is too long to be kept', async () => {
    const api = await trailOf([{ before: 'x'.repeat(100_000), after: 'é'.repeat(60_000) }]);
    const [{ before, after }] = (await list(api)).data;
    expect(before).toEqual({
      omitted: 'too long to be kept',
      characters: 100_002,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(after).toBe('é'.repeat(60_000));
    expect(await verify(api)).toMatchObject({ valid: true });
  });
});

describe('the audit trail, exported', () => {
  it('is one entry on each line, the oldest first, as the list shows it', async () => {
    const api = await trailOf([{ after: { text: 'two\nlines' } }, ...times(30)]);
    const response = await api.ask('GET', '/audit/export');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const text = await textOf(response);
    expect(text.endsWith('}\n')).toBe(true);
    expect(toLines(text)).toEqual((await list(api)).data.toReversed());
  });

  it('is whole, however long it is', async () => {
    const api = await trailOf([...times(2500), ...times(150, { before: 'x'.repeat(60_000) })]);
    const entries = await exported(api);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 2650 }, (_, index) => index + 1));
  });

  it('asks the Registry for no more than the client has taken', async () => {
    const api = await trailOf(times(2500));
    const asked: number[] = [];
    const { desk } = api.registry;
    const original = desk.query;
    Object.assign(desk, {
      query: (...args: Parameters<typeof original>) => {
        asked.push((args[1] as { after: number }).after); // the export asks for slices only
        return original(...args);
      },
    });
    const reader = (await api.ask('GET', '/audit/export')).body?.getReader();
    expect(asked).toEqual([0]);
    await reader?.read();
    await reader?.read();
    expect(asked).toEqual([0, 1000]);
    await reader?.cancel();
    expect(asked).toEqual([0, 1000]);
  });

  it('breaks off where the Registry fails, and does not pass for whole', async () => {
    const api = await trailOf(times(1500));
    const { desk } = api.registry;
    const original = desk.query;
    const response = await api.ask('GET', '/audit/export');
    Object.assign(desk, { query: () => Promise.reject(new GatewayUnavailable('down')) });
    await expect(response.arrayBuffer()).rejects.toThrow('down');
    const { status, body } = await answerOf(api.ask('GET', '/audit/export'));
    expect([status, body.error.code]).toEqual([503, 'gateway_unavailable']);
    Object.assign(desk, { query: original });
    expect(await exported(api)).toHaveLength(1500);
  });

  it('takes the filters of the list', async () => {
    const at = Date.UTC(2026, 0, 1);
    const api = await trailOf([{ at, action: 'key.create' }, { at: at + 1 }, { at: at + 2, action: 'a.b' }]);
    const found = (await exported(api, '?since=2026-01-01T00:00:00.001Z&action=key.')).map(({ seq }) => seq);
    expect(found).toEqual([2]);
  });

  it('is empty where nothing ever happened', async () => {
    expect(await exported(createAdminApi())).toEqual([]);
  });

  it('can be checked by whoever has it', async () => {
    const api = createAdminApi();
    await mint(api, 'ci');
    await happen(api.registry, [{ before: { b: 1, a: [0.1, 'ü\u2028'] }, after: 'x' }]);
    let previous = '0'.repeat(64);
    for (const entry of await exported(api)) {
      const { seq, at, actor, issuer, role, action, target, project, before, after, ip, country } = entry;
      const state = [before, after].map((value) => (value === null ? null : JSON.stringify(value)));
      const who = [seq, Date.parse(at), actor, issuer, role, action, target, project];
      const content = [...who, ...state, ip, country, entry.request_id];
      const bytes = new TextEncoder().encode(`${previous}\n${JSON.stringify(content)}`);
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      previous = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      expect([entry.seq, entry.hash]).toEqual([seq, previous]);
    }
  });
});

describe('the chain of the audit trail', () => {
  it('holds, and says how far it reaches', async () => {
    const api = await trailOf(times(3));
    const [last] = (await list(api)).data;
    expect(await verify(api)).toEqual({
      valid: true,
      entries: 3,
      first_seq: 1,
      last_seq: 3,
      head: last.hash,
      broken_at: null,
    });
  });

  it('holds where nothing ever happened', async () => {
    expect(await verify(createAdminApi())).toEqual({
      valid: true,
      entries: 0,
      first_seq: null,
      last_seq: null,
      head: null,
      broken_at: null,
    });
  });

  it('holds over several slices', async () => {
    const api = await trailOf(times(10_001));
    expect(await verify(api)).toMatchObject({ valid: true, entries: 10_001, first_seq: 1, last_seq: 10_001 });
    await tamper(api.registry, `UPDATE audit SET ip = '203.0.113.9' WHERE seq = 5001`);
    expect(await verify(api)).toMatchObject({ valid: false, entries: 5000, broken_at: 5001 });
  });

  it('holds while entries come and go between two slices', async () => {
    const { registry } = await trailOf(times(6));
    const first = await registry.query('audit.verify', { after: null, limit: 4 });
    expect(first).toMatchObject({ entries: 4, isLast: false, brokenAt: null });
    await happen(registry, times(1));
    expect(await registry.query('audit.verify', { after: first.reached, limit: 4 })).toMatchObject({
      entries: 3,
      isLast: true,
      brokenAt: null,
    });
  });

  it.each(
    Object.entries({
      at: '1',
      actor: `'eve'`,
      issuer: `'https://other.example'`,
      role: `'viewer'`,
      action: `'key.create'`,
      target: `'key_2'`,
      project: `'web'`,
      before: `'{}'`,
      after: 'NULL',
      ip: 'NULL',
      country: `'SE'`,
      request_id: `'req_2'`,
      previous_hash: `'${'0'.repeat(64)}'`,
      hash: `'${'0'.repeat(64)}'`,
    }),
  )('breaks where %s of an entry was changed', async (column, value) => {
    const api = await trailOf(times(5, { before: { a: 1 }, after: { a: 2 } }));
    await tamper(api.registry, `UPDATE audit SET ${column} = ${value} WHERE seq = 3`);
    expect(await verify(api)).toMatchObject({ valid: false, broken_at: 3, entries: 2, last_seq: 2 });
  });

  it.each([
    ['the first entry', 'DELETE FROM audit WHERE seq = 1', 1],
    ['an entry in the middle', 'DELETE FROM audit WHERE seq = 3', 3],
    ['the last entry', 'DELETE FROM audit WHERE seq = 5', 5],
    ['the whole end', 'DELETE FROM audit WHERE seq >= 3', 3],
    ['everything', 'DELETE FROM audit', 1],
  ])('breaks where %s is gone', async (_, statement, brokenAt) => {
    const api = await trailOf(times(5));
    await tamper(api.registry, statement);
    expect(await verify(api)).toMatchObject({ valid: false, broken_at: brokenAt });
  });

  it('stays broken where the end is gone, whatever is written afterwards', async () => {
    const api = await trailOf(times(5));
    await tamper(api.registry, 'DELETE FROM audit WHERE seq >= 4');
    await happen(api.registry, times(2));
    expect(await verify(api)).toMatchObject({ valid: false, broken_at: 4 });
    expect(seqs(await list(api))).toEqual([7, 6, 3, 2, 1]);
  });

  it('breaks where entries have changed places', async () => {
    const api = await trailOf(times(5, { at: 1 }));
    for (const [from, to] of [
      [2, 99],
      [3, 2],
      [99, 3],
    ])
      await tamper(api.registry, 'UPDATE audit SET seq = ? WHERE seq = ?', to, from);
    expect(await verify(api)).toMatchObject({ valid: false, broken_at: 2 });
  });

  it('breaks where an entry was put in that nobody wrote', async () => {
    const api = await trailOf(times(2));
    await tamper(
      api.registry,
      'INSERT INTO audit SELECT 3, at, actor, issuer, role, action, target, project, before, after, ip, country, request_id, hash, hash FROM audit WHERE seq = 2',
    );
    expect(await verify(api)).toMatchObject({ valid: false, broken_at: 3 });
  });

  it.each([
    ['is gone', `DELETE FROM meta WHERE name = 'audit_head'`, 3],
    ['is nonsense', `UPDATE meta SET value = '{' WHERE name = 'audit_head'`, 3],
    ['names another hash', `UPDATE meta SET value = '{"seq":3,"hash":"00"}' WHERE name = 'audit_head'`, 3],
    ['is further back', `UPDATE meta SET value = '{"seq":2,"hash":"00"}' WHERE name = 'audit_head'`, 3],
    ['is further on', `UPDATE meta SET value = '{"seq":4,"hash":"00"}' WHERE name = 'audit_head'`, 4],
  ])('breaks where the noted head %s', async (_, statement, brokenAt) => {
    const api = await trailOf(times(3));
    await tamper(api.registry, statement);
    expect(await verify(api)).toMatchObject({ valid: false, broken_at: brokenAt });
  });

  it('breaks where its beginning is passed off as pruned', async () => {
    const api = await trailOf(times(5));
    const [row] = await api.registry.rows<{ hash: string }>('SELECT hash FROM audit WHERE seq = 2');
    await tamper(
      api.registry,
      `INSERT INTO meta VALUES ('audit_pruned', ?)`,
      JSON.stringify({ seq: 2, hash: row?.hash }),
    );
    expect(await verify(api)).toMatchObject({ valid: false, broken_at: 1 });
    await tamper(api.registry, 'DELETE FROM audit WHERE seq <= 2');
    expect(await verify(api)).toMatchObject({ valid: false, broken_at: 2, entries: 3 });
  });

  it('shows an entry that is no JSON any more, instead of failing', async () => {
    const api = await trailOf(times(2));
    await tamper(api.registry, `UPDATE audit SET before = '{"half":' WHERE seq = 1`);
    expect((await list(api)).data[1]).toMatchObject({ seq: 1, before: '{"half":' });
    expect(await verify(api)).toMatchObject({ valid: false, broken_at: 1 });
  });
});

describe('entries', () => {
  it('are written by the chain, taken by retention, and touched by nothing else', () => {
    const hands = Object.entries(SOURCES).flatMap(([path, text]) =>
      [...text.matchAll(/(?:INSERT|REPLACE|UPDATE|DELETE)[A-Z ]* audit\b/g)].map(([statement]) => [
        path.replace(/.*\//, ''),
        statement,
      ]),
    );
    expect(hands).toEqual([
      ['audit-chain.ts', 'INSERT INTO audit'],
      ['audit-retention.ts', 'DELETE FROM audit'],
    ]);
  });
});
