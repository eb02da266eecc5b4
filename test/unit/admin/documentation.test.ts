import { beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../../package.json';
import { ROLES } from '../../../src/admin/actor.ts';
import { OPERATIONS } from '../../../src/admin/operations.ts';
import { answerOf, createAdminApi } from './control-desk.ts';
import { answerMistakes, mistakesOf, type Node, operationsOf } from './openapi-rules.ts';

const api = createAdminApi();
let document: Node;
beforeAll(async () => {
  document = (await answerOf(api.ask('GET', '/openapi.json'))).body;
});
const clone = () => JSON.parse(JSON.stringify(document));

describe('the OpenAPI document', () => {
  it('is made from the routes, and is the same whenever it is asked for', async () => {
    const response = await api.ask('GET', '/openapi.json');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual(document);
    expect(document.info).toMatchObject({ title: 'Edgeway admin API', version });
  });

  it('is valid', () => {
    expect(mistakesOf(document)).toEqual([]);
  });

  it.each<[string, (broken: ReturnType<typeof clone>) => void]>([
    [
      'a misspelt word in a schema',
      ({ components }) => Object.assign(components.schemas.Key, { propertys: {} }),
    ],
    [
      'a type that does not exist',
      ({ components }) => Object.assign(components.schemas.Key, { type: 'text' }),
    ],
    [
      'a reference to nothing',
      ({ components }) => Object.assign(components.schemas.Me, { $ref: '#/components/schemas/No' }),
    ],
    ['a pattern with a flag', ({ components }) => Object.assign(components.schemas.Me, { pattern: '^a$/u' })],
    ['a pattern that is none', ({ components }) => Object.assign(components.schemas.Me, { pattern: '(' })],
    ['an operation without a summary', ({ paths }) => delete paths['/admin/v1/me'].get.summary],
    ['an answer without a schema', ({ paths }) => delete paths['/admin/v1/me'].get.responses[200].content],
    ['an operation without errors', ({ paths }) => delete paths['/admin/v1/me'].get.responses.default],
    [
      'a part of a path that is no parameter',
      ({ paths }) => delete paths['/admin/v1/keys/{id}'].get.parameters,
    ],
  ])('would not be valid with %s', (_, harm) => {
    const broken = clone();
    harm(broken);
    expect(mistakesOf(broken)).not.toEqual([]);
  });

  it('has every operation of the table once, with its summary and its roles', () => {
    const described = operationsOf(document).map(({ operation }) => [
      operation.operationId,
      { summary: operation.summary, roles: operation['x-roles'] },
    ]);
    expect(described).toHaveLength(Object.keys(OPERATIONS).length);
    expect(Object.fromEntries(described)).toEqual(OPERATIONS);
  });

  it('has a good answer, an error, a described tag and known credentials for each operation', () => {
    const { tags, components } = document as {
      tags: { name: string }[];
      components: { securitySchemes: object };
    };
    const names = tags.map(({ name }) => name);
    const schemes = Object.keys(components.securitySchemes);
    for (const { operation } of operationsOf(document)) {
      const {
        operationId,
        responses,
        security,
        tags: own,
      } = operation as {
        operationId: string;
        responses: Record<string, { content: Record<string, { schema: unknown }> }>;
        security: object[];
        tags: string[];
      };
      expect(
        own.filter((tag) => !names.includes(tag)),
        operationId,
      ).toEqual([]);
      expect(
        Object.keys(responses).some((status) => /^2\d\d$/.test(status)),
        operationId,
      ).toBe(true);
      expect(responses.default?.content['application/json']?.schema, operationId).toEqual({
        $ref: '#/components/schemas/Error',
      });
      expect(security.flatMap(Object.keys).toSorted(), operationId).toEqual(schemes.toSorted());
    }
  });

  it('describes what really comes', async () => {
    const key = await answerOf(api.ask('POST', '/keys', { name: 'ci', tags: ['a'], requests_per_minute: 5 }));
    const answers = {
      createKey: key,
      getKey: await answerOf(api.ask('GET', `/keys/${key.body.id}`)),
      listKeys: await answerOf(api.ask('GET', '/keys?limit=1')),
      getMe: await answerOf(api.ask('GET', '/me')),
      listAudit: await answerOf(api.ask('GET', '/audit')),
      verifyAudit: await answerOf(api.ask('GET', '/audit/verify')),
      listProjects: await answerOf(api.ask('GET', '/projects')),
    };
    for (const [operation, { status, body }] of Object.entries(answers))
      expect([operation, status, answerMistakes(document, operation, status, body)]).toEqual([
        operation,
        operation === 'createKey' ? 201 : 200,
        [],
      ]);
    const line = await (await api.ask('GET', '/audit/export?action=key.create')).arrayBuffer();
    const entry = JSON.parse(new TextDecoder().decode(line));
    expect(answerMistakes(document, 'exportAudit', 200, entry)).toEqual([]);
    const refused = await answerOf(api.ask('GET', '/keys/key_none'));
    expect([refused.status, answerMistakes(document, 'getKey', 404, refused.body)]).toEqual([404, []]);
    expect(answerMistakes(document, 'getMe', 200, { subject: 7 })).not.toEqual([]);
  });
});

describe('GET /me', () => {
  it.each(ROLES)('tells a role what it is: %s', async (role) => {
    const { status, body } = await answerOf(api.ask('GET', '/me', undefined, { role }));
    expect([status, body]).toEqual([200, { subject: 'admin-token', issuer: null, role, projects: null }]);
  });
});

describe('the docs page', () => {
  it('needs no credential, and is shown nowhere but by itself', async () => {
    const response = await api.ask('GET', '/docs');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect((await response.text()).length).toBeLessThan(12 * 1024);
  });

  it('runs the script and wears the style that its policy names, and nothing else', async () => {
    const response = await api.ask('GET', '/docs');
    const policy = response.headers.get('content-security-policy') ?? '';
    const page = await response.text();
    const inside = (tag: string) => page.split(`<${tag}>`)[1]?.split(`</${tag}>`)[0] ?? '';
    for (const [tag, directive] of [
      ['script', 'script-src'],
      ['style', 'style-src'],
    ] as const) {
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(inside(tag)));
      const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
      expect(policy).toContain(`${directive} 'sha256-${hash}'`);
      expect(page.split(`<${tag}`)).toHaveLength(2);
    }
    expect(page).not.toMatch(
      /innerHTML|outerHTML|insertAdjacent|document\.write|localStorage|sessionStorage/,
    );
    expect(page).not.toMatch(/https?:\/\//);
  });
});
