/** Who may do what in the control plane: every operation for every kind of caller, over HTTP with real tokens. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS, type OperationId } from '../../src/admin/operations.ts';
import { addressOf, gatherPeople, type People, type Person } from '../support/admin/callers.ts';
import { createMatrix, type MatrixCall, type MatrixRow } from '../support/admin/role-matrix.ts';
import { makeFastDirectory } from '../support/admin/storage.ts';
import { ADMIN_TOKEN } from '../support/control-plane.ts';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { bodyOf, type MintedKey, mintKey, mintNarrowToken, useKey } from '../support/minted-keys.ts';

let directory: string;
let people: People;
let gateway: ControlledGateway;
let rows: ReadonlyMap<OperationId, MatrixRow>;
/** `Authorization` of whoever is nobody here; `null`: none is sent. */
let outsiders: Readonly<Record<string, string | null>>;

beforeAll(async () => {
  directory = makeFastDirectory();
  people = await gatherPeople();
  gateway = await startGateway({
    config: { providers: { simulator: {} }, admin: people.section },
    vars: { MASTER_SECRET: 'a master secret of the roles 0123456789' },
    controlPlane: { directory },
  });
  rows = new Map(createMatrix(gateway, people).map((row) => [row.operation, row]));
  const projects = [
    { name: 'alpha', organization: 'acme' },
    { name: 'beta', organization: 'bolt' },
  ];
  for (const project of projects) await bodyOf(gateway.admin('POST', '/projects', project), 201);
  const minted = await mintKey(gateway, { project: 'alpha' });
  outsiders = {
    nothing: null,
    'an expired token': people.expired,
    'a key of the document': `Bearer ${gateway.key}`,
    'a minted key': `Bearer ${minted.key}`,
    'a narrow token': `Bearer ${await mintNarrowToken(gateway.url, minted)}`,
    'another secret': `Bearer ${ADMIN_TOKEN.slice(0, -1)}0`,
    'the secret as a password': `Basic ${btoa(`admin:${ADMIN_TOKEN}`)}`,
  };
});
afterAll(async () => {
  await gateway.stop();
  await people.stop();
  rmSync(directory, { recursive: true, force: true });
});

const send = ({ method, path, body }: MatrixCall, authorization: string | null): Promise<Response> =>
  fetch(`${gateway.url}/admin/v1${path}`, {
    method,
    headers: {
      ...(authorization === null ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** The status, and of a refusal its code. */
async function outcomeOf(answer: Promise<Response>): Promise<string> {
  const response = await answer;
  const text = await response.text();
  return response.ok ? String(response.status) : `${response.status} ${JSON.parse(text).error.code}`;
}

const as = (person: Person, method: string, path: string, body?: unknown): Promise<Response> =>
  send({ method, path, body }, people.authorizationOf(person));

const LISTS = [
  '/keys',
  '/projects',
  '/organizations',
  '/requests',
  '/secrets',
  '/config/versions',
  '/cache/invalidations',
];

/** All that calls could have changed. */
async function stateOfAll(): Promise<string> {
  const paths = [...LISTS.map((path) => `${path}?limit=1000`), '/config', '/audit/verify'];
  const answers = await Promise.all(paths.map((path) => gateway.admin('GET', path)));
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  return (await Promise.all(answers.map((answer) => answer.text()))).join('\n');
}

const COLUMNS = ['owner', 'admin', 'developer', 'stranger', 'viewer'] as const;
const REFUSALS: Readonly<Record<string, string>> = {
  '-': '403 permission_denied',
  '?': '404 resource_not_found',
};

const OPERATION_IDS = Object.keys(OPERATIONS) as OperationId[];

function rowOf(operation: OperationId): MatrixRow {
  const row = rows.get(operation);
  if (row === undefined) throw new Error(`the matrix of the tests has no row for ${operation}`);
  return row;
}

describe.each(OPERATION_IDS)('%s', (operation) => {
  it('is done for those who may', async () => {
    const { outcomes, status, prepare } = rowOf(operation);
    const allowed = COLUMNS.filter((_, index) => outcomes[index] === '+');
    for (const person of allowed) {
      const call = await prepare();
      expect([person, await outcomeOf(send(call, people.authorizationOf(person)))]).toEqual([
        person,
        String(status),
      ]);
    }
    const byToken = await outcomeOf(send(await prepare(), `Bearer ${ADMIN_TOKEN}`));
    expect(byToken).toBe(String(status));
  });

  it('is refused to everybody else, and nothing has changed', async () => {
    const { outcomes, prepare } = rowOf(operation);
    const call = await prepare();
    const before = await stateOfAll();
    for (const [index, person] of COLUMNS.entries()) {
      const refusal = REFUSALS[outcomes[index] ?? ''];
      if (refusal === undefined) continue;
      expect([person, await outcomeOf(send(call, people.authorizationOf(person)))]).toEqual([
        person,
        refusal,
      ]);
    }
    expect(await outcomeOf(send(call, people.authorizationOf('nobody')))).toBe('403 permission_denied');
    for (const [name, authorization] of Object.entries(outsiders))
      expect([name, await outcomeOf(send(call, authorization))]).toEqual([
        name,
        '401 invalid_admin_credential',
      ]);
    expect(await stateOfAll()).toBe(before);
  });

  it('has the roles that the docs tell', () => {
    const { outcomes } = rowOf(operation);
    const roles = COLUMNS.filter((name, index) => name !== 'stranger' && outcomes[index] === '+');
    expect(roles).toEqual(OPERATIONS[operation].roles);
  });
});

/** The matrix has left some of them closed. */
async function openAll(): Promise<void> {
  for (const kind of ['projects', 'organizations']) {
    const closed = `/${kind}?limit=1000&status=disabled`;
    const { data } = await bodyOf<{ data: { id: string }[] }>(gateway.admin('GET', closed), 200);
    for (const { id } of data) await bodyOf(gateway.admin('POST', `/${kind}/${id}/enable`), 200);
  }
}

describe('a developer', () => {
  beforeAll(openAll);

  it('sees nothing of other projects in any list, however it is asked for', async () => {
    const mine = await mintKey(gateway, { project: 'beta', name: 'mine' });
    const other = await mintKey(gateway, { project: 'alpha', name: 'not mine', tags: ['theirs'] });
    await bodyOf(as('developer', 'POST', '/requests', { kind: 'key', project: 'alpha', name: 'x' }), 201);
    const seen = async (path: string, field: string) => {
      const { data } = await bodyOf<{ data: Record<string, unknown>[] }>(as('stranger', 'GET', path), 200);
      return [...new Set(data.map((item) => item[field]))];
    };
    expect(await seen('/keys?limit=1000', 'project')).toEqual(['beta']);
    expect(await seen('/keys', 'id')).toContain(mine.id);
    for (const query of ['project=alpha', `search=${other.id}`, 'tag=theirs', 'organization=acme'])
      expect(await seen(`/keys?${query}`, 'id')).toEqual([]);
    expect(await seen('/projects', 'name')).toEqual(['beta']);
    expect(await seen('/organizations', 'name')).toEqual(['bolt']);
    expect(await seen('/requests?project=alpha', 'project')).toEqual([]);
  });

  it('cannot tell a key of another project from one that does not exist', async () => {
    const { id } = await mintKey(gateway, { project: 'alpha' });
    const answers = await Promise.all(
      [id, `key_${'0'.repeat(32)}`].map(async (one) => (await as('stranger', 'GET', `/keys/${one}`)).text()),
    );
    expect(answers[0]).toBe(answers[1]);
  });

  it('widens nothing by a rotation, whatever else the request says', async () => {
    const key = await mintKey(gateway, {
      project: 'alpha',
      models: ['simulator/sim-fast'],
      expires_at: '2090-01-01T00:00:00Z',
    });
    const wishes = [{ models: ['*'] }, { expires_at: null }, { project: 'beta' }, { status: 'active' }];
    for (const wish of wishes)
      expect(await outcomeOf(as('developer', 'POST', `/keys/${key.id}/rotate`, wish))).toBe(
        '400 invalid_request',
      );
    const before = await bodyOf<object>(as('developer', 'GET', `/keys/${key.id}`), 200);
    const rotated = await bodyOf<MintedKey>(as('developer', 'POST', `/keys/${key.id}/rotate`, {}), 200);
    const { masked_key: _, version: __, updated_at: ___, ...rights } = before as Record<string, unknown>;
    expect(rotated).toMatchObject(rights);
    const statuses = ['simulator/sim-fast', 'simulator/other'].map(
      async (model) => (await useKey(rotated.key, gateway.url, { model })).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 403]);
  });

  it('brings no key back to life', async () => {
    const key = await mintKey(gateway, { project: 'alpha' });
    await bodyOf(as('developer', 'POST', `/keys/${key.id}/disable`), 200);
    const rotated = await bodyOf<MintedKey>(as('developer', 'POST', `/keys/${key.id}/rotate`, {}), 200);
    expect((await useKey(rotated.key, gateway.url)).status).toBe(401);
    expect(await outcomeOf(as('developer', 'POST', `/keys/${key.id}/enable`))).toBe('403 permission_denied');
    await bodyOf(as('developer', 'POST', `/keys/${key.id}/revoke`), 200);
    for (const action of ['rotate', 'disable'])
      expect(await outcomeOf(as('developer', 'POST', `/keys/${key.id}/${action}`, {}))).toBe('409 conflict');
  });

  it('gets what it asks for when somebody else approves it, and not before', async () => {
    const { id } = await mintKey(gateway, {
      project: 'alpha',
      models: ['simulator/sim-fast'],
      requests_per_minute: 5,
    });
    const wishes = [
      { kind: 'model', key_id: id, models: ['simulator/*'] },
      { kind: 'limits', key_id: id, requests_per_minute: null },
    ];
    const key = () => bodyOf<Record<string, unknown>>(as('developer', 'GET', `/keys/${id}`), 200);
    const before = await key();
    for (const wish of wishes) {
      expect(await outcomeOf(as('stranger', 'POST', '/requests', wish))).toBe('404 resource_not_found');
      const request = await bodyOf<{ id: string }>(as('developer', 'POST', '/requests', wish), 201);
      expect(await outcomeOf(as('developer', 'POST', `/requests/${request.id}/approve`, {}))).toBe(
        '403 permission_denied',
      );
      if (wish.kind === 'model') expect(await key()).toEqual(before);
      await bodyOf(as('admin', 'POST', `/requests/${request.id}/approve`, {}), 200);
    }
    expect(await key()).toMatchObject({ models: ['simulator/sim-fast', 'simulator/*'], version: 3 });
    expect(await key()).not.toHaveProperty('requests_per_minute');
  });

  it('alone takes the key that it asked for, once', async () => {
    const wish = { kind: 'key', project: 'alpha', name: 'asked for', models: ['simulator/sim-fast'] };
    const { id } = await bodyOf<{ id: string }>(as('developer', 'POST', '/requests', wish), 201);
    const claim = (person: Person) => as(person, 'POST', `/requests/${id}/claim`);
    expect(await outcomeOf(claim('developer'))).toBe('409 conflict');
    await bodyOf(as('admin', 'POST', `/requests/${id}/approve`, {}), 200);
    expect(await outcomeOf(claim('colleague'))).toBe('403 permission_denied');
    const key = await bodyOf<MintedKey>(claim('developer'), 201);
    expect(key).toMatchObject({
      project: 'alpha',
      models: ['simulator/sim-fast'],
      created_by: addressOf('developer'),
    });
    expect((await useKey(key.key, gateway.url)).status).toBe(200);
    expect(await outcomeOf(claim('developer'))).toBe('409 conflict');
  });
});

describe('an admin', () => {
  it('approves nothing that it asked for itself', async () => {
    const wish = { kind: 'key', project: 'alpha', name: 'of the admin' };
    const { id } = await bodyOf<{ id: string }>(as('admin', 'POST', '/requests', wish), 201);
    const before = await stateOfAll();
    expect(await outcomeOf(as('admin', 'POST', `/requests/${id}/approve`, {}))).toBe('403 permission_denied');
    expect(await stateOfAll()).toBe(before);
  });

  it('changes no word of the section `admin`: by no document, version or rollback', async () => {
    const document = await bodyOf<Record<string, unknown>>(as('owner', 'GET', '/config'), 200);
    const others = [
      { ...document, admin: { ...people.section, audit_retention_days: 1 } },
      { ...document, admin: { identity: [] } },
      (({ admin: _, ...rest }) => rest)(document),
    ];
    const stored = await bodyOf<{ version: number }>(
      as('owner', 'PUT', '/config?activate=false', others[0]),
      200,
    );
    const before = await stateOfAll();
    for (const other of others)
      expect(await outcomeOf(as('admin', 'PUT', '/config', other))).toBe('403 permission_denied');
    expect(await outcomeOf(as('admin', 'PUT', '/config?activate=false', others[1]))).toBe(
      '403 permission_denied',
    );
    expect(await outcomeOf(as('admin', 'POST', `/config/versions/${stored.version}/activate`))).toBe(
      '403 permission_denied',
    );
    expect(await stateOfAll()).toBe(before);
    await bodyOf(as('owner', 'POST', `/config/versions/${stored.version}/activate`), 200);
    expect(await outcomeOf(as('admin', 'POST', '/config/rollback'))).toBe('403 permission_denied');
    await bodyOf(as('owner', 'POST', '/config/rollback'), 200);
  });

  it('may change the rest of the document', async () => {
    const document = await bodyOf<Record<string, unknown>>(as('admin', 'GET', '/config'), 200);
    const answer = await bodyOf(as('admin', 'PUT', '/config', { ...document, keep_alive_ms: 12_345 }), 200);
    expect(answer).toMatchObject({ active: true, diff: [{ path: 'keep_alive_ms' }] });
  });
});

it('opens no model to a credential of the admin API', async () => {
  const tokens = [
    ADMIN_TOKEN,
    ...(['owner', 'developer'] as const).map((one) => people.authorizationOf(one).slice(7)),
  ];
  for (const token of tokens)
    expect(await useKey(token, gateway.url)).toMatchObject({ status: 401, code: 'invalid_api_key' });
});
