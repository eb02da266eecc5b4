/** `/admin/v1/cache/invalidations`: what is said, what is kept, and who may. */
import { describe, expect, it } from 'vitest';
import { type AdminApi, answerOf, createAdminApi } from './control-desk.ts';
import { developerOf } from './registry-support.ts';

const PATH = '/cache/invalidations';
const HASH = 'ab'.repeat(32);

const forget = (api: AdminApi, body: unknown, options = {}) => answerOf(api.ask('POST', PATH, body, options));

describe('forgetting', () => {
  it.each([
    [{ kind: 'all' }, { project: null, value: null }],
    [
      { kind: 'all', organization: 'acme' },
      { project: null, organization: 'acme' },
    ],
    [
      { kind: 'all', project: 'web', organization: null },
      { project: 'web', organization: null },
    ],
    [{ kind: 'key', value: HASH }, { value: HASH }],
    [
      { kind: 'model', value: 'fast', project: 'web' },
      { value: 'fast', project: 'web' },
    ],
    [{ kind: 'namespace', value: 'n' }, { value: 'n' }],
    [{ kind: 'tag', value: 'size:3' }, { value: 'size:3' }],
  ])('%j is kept, listed, and told of in this isolate', async (body, kept) => {
    const api = createAdminApi();
    const made = await forget(api, body);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ kind: body.kind, generation: expect.any(Number), ...kept });
    expect(Object.hasOwn(made.body, 'organization')).toBe(Object.hasOwn(body, 'organization'));
    expect(api.notices()).toBe(1);
    const listed = await answerOf(api.ask('GET', PATH));
    expect(listed).toMatchObject({ status: 200, body: { data: [made.body], has_more: false } });
  });

  it.each([
    [{}, 'kind'],
    [{ kind: 'colour', value: 'red' }, 'kind'],
    [{ kind: 'all', value: null }, 'value'],
    [{ kind: 'all', project: null }, 'project'],
    [{ kind: 'all', project: '' }, 'project'],
    [{ kind: 'tag' }, 'value'],
    [{ kind: 'tag', value: null }, 'value'],
    [{ kind: 'tag', value: '' }, 'value'],
    [{ kind: 'tag', value: 'a\u0000' }, 'value'],
    [{ kind: 'tag', value: 't'.repeat(257) }, 'value'],
    [{ kind: 'key', value: 'abc' }, 'value'],
    [{ kind: 'namespace', value: 'a b' }, 'value'],
    [{ kind: 'tag', value: 'a', projekt: 'web' }, 'projekt'], // would be forgotten for everybody
  ])('%j is refused, and nothing is forgotten', async (body, param) => {
    const api = createAdminApi();
    const { status, body: answer } = await forget(api, body);
    expect([status, answer.error]).toMatchObject([400, { code: 'invalid_request', param }]);
    expect((await answerOf(api.ask('GET', PATH))).body.data).toEqual([]);
  });

  it('is for those who may change keys of the project, and of everything for those who have them all', async () => {
    const api = createAdminApi();
    const all = { kind: 'all' };
    const web = { ...all, project: 'web' };
    const statusOf = async (body: object, options: object) => (await forget(api, body, options)).status;
    for (const role of ['owner', 'admin']) {
      expect(await statusOf(all, { role })).toBe(201);
      expect(await statusOf(web, { role })).toBe(201);
    }
    expect(await statusOf(web, { role: 'viewer' })).toBe(403);
    const actor = developerOf('web');
    expect(await statusOf(web, { actor })).toBe(201);
    expect(await statusOf(all, { actor })).toBe(403);
    expect(await statusOf({ ...all, organization: 'acme' }, { actor })).toBe(403);
    expect(await statusOf({ ...all, project: 'shop' }, { actor })).toBe(404);
  });
});

describe('the list', () => {
  it('is told by pages and filters, and to each what is of their projects', async () => {
    const api = createAdminApi();
    for (const project of ['web', 'shop', 'web'])
      await forget(api, { kind: 'tag', value: crypto.randomUUID(), project });
    await forget(api, { kind: 'model', value: 'fast' });
    const listOf = async (query: string, options = {}) =>
      (await answerOf(api.ask('GET', `${PATH}${query}`, undefined, options))).body;
    expect((await listOf('')).data).toHaveLength(4);
    expect((await listOf('?project=web')).data).toHaveLength(2);
    expect((await listOf('?kind=model')).data).toMatchObject([{ value: 'fast', project: null }]);
    const first = await listOf('?limit=3');
    expect([first.data.length, first.has_more]).toEqual([3, true]);
    expect((await listOf(`?limit=3&cursor=${first.next_cursor}`)).data).toHaveLength(1);
    expect((await listOf('', { actor: developerOf('shop') })).data).toMatchObject([{ project: 'shop' }]);
  });
});
