/** The audit trail of the built Worker: what was done through the admin API, and that nobody can change the story. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';

interface Entry {
  readonly seq: number;
  readonly at: string;
  readonly action: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly previous_hash: string;
  readonly hash: string;
  readonly [field: string]: unknown;
}

let gateway: ControlledGateway;
/** Keys as they were shown once. */
const secrets: string[] = [];
const ids: string[] = [];

const read = async (path: string) => (await gateway.admin('GET', path)).json();
const exported = async (): Promise<Entry[]> => {
  const text = await (await gateway.admin('GET', '/audit/export')).text();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
};

async function mint(name: string): Promise<{ id: string; key: string }> {
  const made = await (await gateway.admin('POST', '/keys', { name, project: 'shop' })).json();
  secrets.push(made.key);
  ids.push(made.id);
  return made;
}

beforeAll(async () => {
  gateway = await startGateway({ controlPlane: { front: true } });
  const { id } = await mint('first');
  await gateway.admin('PATCH', `/keys/${id}`, { models: ['openai/*'] });
  const rotated = await gateway.admin('POST', `/keys/${id}/rotate`, { overlap_seconds: 60 });
  secrets.push((await rotated.json()).key);
  await gateway.admin('POST', `/keys/${id}/revoke`);
  await gateway.admin('PATCH', '/keys/key_none', { models: [] });
  await mint('second');
});
afterAll(() => gateway.stop());

describe('the audit trail', () => {
  it('has what was done to a key, in order, with the request that did it', async () => {
    const { data } = await read(`/audit?target=${ids[0]}`);
    const actions = data.map(({ action }: Entry) => action);
    expect(actions).toEqual(['key.revoke', 'key.rotate', 'key.update', 'key.create']);
    expect(data[2]).toMatchObject({
      actor: 'admin-token',
      issuer: null,
      role: 'owner',
      project: 'shop',
      before: { models: null },
      after: { models: ['openai/*'] },
      request_id: expect.stringMatching(/^req_/),
    });
  });

  it('has nothing of what was refused, and no secret or hash of one', async () => {
    const text = JSON.stringify(await exported());
    expect(text).not.toContain('key_none');
    for (const secret of secrets) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(createHash('sha256').update(secret).digest('hex'));
    }
  });

  it('is listed in pages that are the export, backwards', async () => {
    const entries = await exported();
    const listed: Entry[] = [];
    let query = '?limit=2';
    for (;;) {
      const page = await read(`/audit${query}`);
      listed.push(...page.data);
      if (!page.has_more) break;
      query = `?limit=2&cursor=${page.next_cursor}`;
    }
    expect(listed.toReversed()).toEqual(entries);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  });

  it('is proven by its export alone, without the gateway', async () => {
    let previous = '0'.repeat(64);
    for (const entry of await exported()) {
      const { seq, at, actor, issuer, role, action, target, project, before, after, ip, country } = entry;
      const state = [before, after].map((value) => (value === null ? null : JSON.stringify(value)));
      const who = [seq, Date.parse(at), actor, issuer, role, action, target, project];
      const content = JSON.stringify([...who, ...state, ip, country, entry.request_id]);
      const hash = createHash('sha256').update(`${previous}\n${content}`).digest('hex');
      expect([entry.previous_hash, entry.hash]).toEqual([previous, hash]);
      previous = hash;
    }
    expect(await read('/audit/verify')).toMatchObject({ valid: true, head: previous, broken_at: null });
  });

  it('survives the process, and goes on', async () => {
    const before = await read('/audit/verify');
    await gateway.restart();
    expect(await read('/audit/verify')).toEqual(before);
    await mint('third');
    expect(await read('/audit/verify')).toMatchObject({
      valid: true,
      first_seq: 1,
      entries: before.entries + 1,
    });
  });

  it('answers 503 while the Registry cannot be reached', async () => {
    gateway.registry.set('down');
    try {
      for (const path of ['/audit', '/audit/export', '/audit/verify']) {
        const response = await gateway.admin('GET', path);
        expect([response.status, (await response.json()).error.code]).toEqual([503, 'gateway_unavailable']);
      }
    } finally {
      gateway.registry.set('up');
    }
  });
});
