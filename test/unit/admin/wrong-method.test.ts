import { describe, expect, it } from 'vitest';
import { createAdminApi } from './control-desk.ts';

describe('a path of the admin API', () => {
  const { ask } = createAdminApi();

  it.each([
    ['PUT', '/keys', 'POST, GET'],
    ['PUT', '/keys/key_1', 'GET, PATCH, DELETE'],
    ['GET', '/keys/key_1/rotate', 'POST'],
    ['DELETE', '/config', 'GET, PUT'],
    ['POST', '/audit/verify', 'GET'],
  ])('names its methods where another one is used: %s %s', async (method, path, allow) => {
    const response = await ask(method, path);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')?.split(', ').sort()).toEqual(allow.split(', ').sort());
    expect(await response.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
  });

  it.each(['/keyz', '/keys/', '/keys/a/b/c', '/keys//rotate'])('is unknown: %s', async (path) => {
    const response = await ask('POST', path, {});
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'route_not_found' } });
  });
});
