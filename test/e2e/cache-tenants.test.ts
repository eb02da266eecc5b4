/** Whose answers a request may get: what its credential says, and nothing that it says itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CacheLab,
  cacheOf,
  callOf,
  fresh,
  freshLabel,
  kept,
  startCacheLab,
} from '../support/cache/lab.ts';

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab({
    config: {
      models: {
        'by-key': kept({ mode: 'always', scope: 'key' }),
        'by-project': kept({ mode: 'always', scope: 'project' }),
        'by-organization': kept({ mode: 'always', scope: 'organization' }),
      },
      projects: { private: { cache: { scope: 'key' } } },
    },
  });
});
afterAll(() => lab.stop());

/** Words of the cache when the same is asked with one key after the other. */
async function words(model: string, ...keys: string[]): Promise<(string | null)[]> {
  const text = freshLabel();
  const found: (string | null)[] = [];
  for (const key of keys) found.push(cacheOf(await lab.ask({ key, model, text })));
  return found;
}

describe('an entry is shared', () => {
  it('by the keys of a project, and by nobody else', async () => {
    const project = fresh('project');
    const [one, two, other] = [await lab.mint({ project }), await lab.mint({ project }), await lab.mint()];
    expect(await words('always', one, two, other, other)).toEqual(['miss', 'hit', 'miss', 'hit']);
    expect(await words('by-project', one, two, other)).toEqual(['miss', 'hit', 'miss']);
  });

  it('by one key alone, where the operator says so', async () => {
    const project = fresh('project');
    const [one, two] = [await lab.mint({ project }), await lab.mint({ project })];
    expect(await words('by-key', one, two, one)).toEqual(['miss', 'miss', 'hit']);
  });

  it('by an organisation, where the operator says so', async () => {
    const organization = fresh('organization');
    const [one, two] = [await lab.mint({ organization }), await lab.mint({ organization })];
    const [elsewhere, nobody] = [await lab.mint({ organization: fresh('organization') }), await lab.mint()];
    expect(await words('by-organization', one, two, elsewhere, nobody)).toEqual([
      'miss',
      'hit',
      'miss',
      'miss',
    ]);
  });

  it('the narrowest scope that is set counts', async () => {
    const [one, two] = [await lab.mint({ project: 'private' }), await lab.mint({ project: 'private' })];
    expect(await words('by-organization', one, two, one)).toEqual(['miss', 'miss', 'hit']);
  });

  it('by a rotated key and the one before it, in a scope of one key', async () => {
    const { id, key } = await lab.desk.mint({ name: fresh('key'), project: fresh('project') });
    const { key: next } = await lab.desk.act(id, 'rotate', { overlap_seconds: 60 });
    expect(await words('by-key', key, next)).toEqual(['miss', 'hit']);
  });

  it('by nobody of another project with the same name in another organisation', async () => {
    const project = fresh('project');
    const one = await lab.mint({ project, organization: fresh('organization') });
    const two = await lab.mint({ project: fresh('project'), organization: project });
    expect(await words('always', one, two)).toEqual(['miss', 'miss']);
    expect(await words('by-organization', one, two)).toEqual(['miss', 'miss']);
  });
});

describe('nothing that a request says opens the entries of another tenant', () => {
  const victim = fresh('victim');

  /** What somebody might try; each is a header or a member of the body. */
  const FORGED: readonly (readonly [
    string,
    { headers?: Record<string, string>; fields?: Record<string, unknown> },
  ])[] = [
    ['a project', { headers: { 'x-edgeway-project': victim, 'openai-project': victim } }],
    ['an organisation', { headers: { 'x-edgeway-organization': victim, 'openai-organization': victim } }],
    [
      'a tenant, a scope, a key',
      { headers: { 'x-edgeway-tenant': victim, 'x-edgeway-cache-scope': victim, 'x-edgeway-key': victim } },
    ],
    ['the very name of the entry', { headers: { 'x-edgeway-cache-key': 'KEY' } }],
    ['tags', { headers: { 'x-edgeway-cache-tags': victim } }],
    ['metadata', { headers: { 'x-edgeway-metadata': JSON.stringify({ project: victim }) } }],
    ['a user', { fields: { user: victim, safety_identifier: victim, prompt_cache_key: victim } }],
    ['a project in the body', { fields: { metadata: { project: victim, organization: victim } } }],
    [
      'a Flight of its own',
      { headers: { 'x-edgeway-flight': 'KEY', 'x-edgeway-ticket': 'KEY', 'x-edgeway-internal': '1' } },
    ],
    [
      'forwarding headers',
      { headers: { 'x-forwarded-for': '127.0.0.1', 'cf-worker': 'edgeway', via: '1.1 edgeway' } },
    ],
  ];

  it.each(FORGED)('%s', async (_, { headers = {}, fields = {} }) => {
    const text = freshLabel();
    const own = { key: await lab.mint({ project: victim }), text };
    const first = await lab.ask(own);
    const name = first.headers.get('x-edgeway-cache-key') ?? '';
    const forged = Object.fromEntries(
      Object.entries(headers).map(([header, value]) => [header, value.replace('KEY', name)]),
    );
    const attacker = { key: await lab.mint(), text, headers: forged, fields };
    for (const extra of [{}, { 'cache-control': 'max-age=86400' }]) {
      const answer = await lab.ask({ ...attacker, headers: { ...forged, ...extra } });
      expect(callOf(answer)).not.toBe(callOf(first));
    }
    const none = await lab.ask({
      ...attacker,
      key: await lab.mint(),
      headers: { ...forged, 'cache-control': 'only-if-cached' },
    });
    expect(none.status).toBe(504);
    expect(cacheOf(await lab.ask(own))).toBe('hit');
    expect(callOf(await lab.ask(own))).toBe(callOf(first));
  });

  it('nor does a namespace that is written like another tenant’s', async () => {
    const text = freshLabel();
    const headers = { 'x-edgeway-cache-namespace': 'shared' };
    const answers = [];
    for (const key of [await lab.mint(), await lab.mint()])
      answers.push(await lab.ask({ key, text, headers }));
    expect(new Set(answers.map(callOf)).size).toBe(2);
    expect(new Set(answers.map((answer) => answer.headers.get('x-edgeway-cache-key'))).size).toBe(2);
  });

  it('nor writes to them: what one tenant is told, another never gets', async () => {
    const text = freshLabel();
    const [attacker, own] = [await lab.mint(), await lab.mint()];
    const poison = await lab.ask({
      key: attacker,
      text,
      headers: { 'x-edgeway-project': victim, 'cache-control': 'no-cache' },
    });
    const clean = await lab.ask({ key: own, text });
    expect([cacheOf(clean), callOf(clean) === callOf(poison)]).toEqual(['miss', false]);
  });
});
