import { describe, expect, it } from 'vitest';
import { answerOf, createAdminApi } from './control-desk.ts';

const LISTS = [
  '/keys',
  '/projects',
  '/organizations',
  '/requests',
  '/secrets',
  '/config/versions',
  '/audit',
  '/audit/export',
  '/usage',
  '/cache/invalidations',
  '/routing/health',
];

describe('parameters of lists', () => {
  it.each(LISTS)(
    '%s refuses one that it does not know: a misspelt filter would list everything',
    async (path) => {
      const api = createAdminApi();
      expect((await api.ask('GET', path)).status).toBe(200);
      for (const name of ['stauts', '__proto__', 'constructor']) {
        const { status, body } = await answerOf(api.ask('GET', `${path}?${name}=revoked`));
        expect([status, body.error]).toMatchObject([400, { code: 'invalid_request', param: name }]);
      }
    },
  );

  it('are all tried here', async () => {
    const { body } = await answerOf(createAdminApi().ask('GET', '/openapi.json'));
    const isList = (path: string): boolean =>
      (body.paths[path].get?.parameters ?? []).some(({ in: place }: { in: string }) => place === 'query');
    const paths = Object.keys(body.paths).map((path) => path.replace('/admin/v1', ''));
    const lists = paths.filter((path) => isList(`/admin/v1${path}`) && path !== '/config/diff');
    expect(lists.toSorted()).toEqual(LISTS.toSorted());
  });
});
