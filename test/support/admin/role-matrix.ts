/**
 * Who may do what, written down a second time and by hand: the code's own table cannot be the judge of itself. Each row
 * has a fresh target in the project `alpha`, and the call that would change it.
 */
import type { OperationId } from '../../../src/admin/operations.ts';
import type { ControlledGateway } from '../gateway.ts';
import { bodyOf, type MintedKey } from '../minted-keys.ts';
import type { People } from './callers.ts';

export interface MatrixCall {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

export interface MatrixRow {
  readonly operation: OperationId;
  /** For owner, admin, developer of `alpha`, developer of `beta`, viewer: `+` done, `-` 403, `?` 404. */
  readonly outcomes: string;
  /** Of a call that is done. */
  readonly status: number;
  /** Makes a target, as the owner. */
  prepare(): Promise<MatrixCall>;
}

interface Resource {
  readonly id: string;
}

export function createMatrix(gateway: ControlledGateway, people: People): MatrixRow[] {
  let names = 0;
  const newName = (): string => `thing ${++names}`;
  const make = <Value = Resource>(
    method: string,
    path: string,
    body?: unknown,
    status = 201,
    authorization?: string,
  ) =>
    bodyOf<Value>(
      gateway.admin(method, path, body, authorization === undefined ? {} : { authorization }),
      status,
    );
  const mint = () => make<MintedKey>('POST', '/keys', { name: newName(), project: 'alpha', models: ['a'] });
  const ask = () =>
    make(
      'POST',
      '/requests',
      { kind: 'key', project: 'alpha', name: newName() },
      201,
      people.authorizationOf('developer'),
    );
  const idOf = async (kind: 'projects' | 'organizations', name: string) => {
    const { data } = await make<{ data: Resource[] }>('GET', `/${kind}?search=${name}`, undefined, 200);
    return data[0]?.id;
  };
  const nextDocument = async () => {
    const document = await make<{ models?: object }>('GET', '/config', undefined, 200);
    const targets = [{ provider: 'simulator', model: 'sim-fast' }];
    return { ...document, models: { ...document.models, [newName()]: { targets } } };
  };
  const putDocument = async (query = '') =>
    make<{ version: number }>('PUT', `/config${query}`, await nextDocument(), 200);

  const row = (
    operation: OperationId,
    outcomes: string,
    method: string,
    path: () => string | Promise<string>,
    { status = 200, body }: { status?: number; body?: () => unknown } = {},
  ): MatrixRow => ({
    operation,
    outcomes,
    status,
    prepare: async () => ({
      method,
      path: await path(),
      ...(body === undefined ? {} : { body: await body() }),
    }),
  });
  const onKey =
    (suffix = '') =>
    async () =>
      `/keys/${(await mint()).id}${suffix}`;
  const onDisabledKey = async () => {
    const { id } = await mint();
    await make('POST', `/keys/${id}/disable`, undefined, 200);
    return `/keys/${id}/enable`;
  };
  const onAlpha =
    (suffix = '') =>
    async () =>
      `/projects/${await idOf('projects', 'alpha')}${suffix}`;
  const onAcme =
    (suffix = '') =>
    async () =>
      `/organizations/${await idOf('organizations', 'acme')}${suffix}`;
  const onNew = (kind: 'projects' | 'organizations') => async () =>
    `/${kind}/${(await make('POST', `/${kind}`, { name: newName() })).id}`;
  const onRequest =
    (suffix = '') =>
    async () =>
      `/requests/${(await ask()).id}${suffix}`;
  const onApproved = async () => {
    const { id } = await ask();
    await make('POST', `/requests/${id}/approve`, {}, 200);
    return `/requests/${id}/claim`;
  };
  const onSecret = async () => {
    await make('PUT', '/secrets/MATRIX_KEY', { value: 'sk-matrix' }, 200);
    return '/secrets/MATRIX_KEY';
  };
  const disabledFirst = (path: () => Promise<string>) => async () => {
    await make('POST', `${await path()}/disable`, undefined, 200);
    return `${await path()}/enable`;
  };
  const enabledFirst = (path: () => Promise<string>) => async () => {
    await make('POST', `${await path()}/enable`, undefined, 200);
    return `${await path()}/disable`;
  };
  const limits = { body: () => ({ requests_per_minute: ++names }) };
  const named = { status: 201, body: () => ({ name: newName() }) };

  return [
    row('getMe', '+++++', 'GET', () => '/me'),

    row('createKey', '++---', 'POST', () => '/keys', {
      status: 201,
      body: () => ({ name: newName(), project: 'alpha' }),
    }),
    row('listKeys', '+++++', 'GET', () => '/keys'),
    row('getKey', '+++?+', 'GET', onKey()),
    row('updateKey', '++---', 'PATCH', onKey(), limits),
    row('deleteKey', '++---', 'DELETE', onKey()),
    row('rotateKey', '+++?-', 'POST', onKey('/rotate'), { body: () => ({ overlap_seconds: 60 }) }),
    row('disableKey', '+++?-', 'POST', onKey('/disable')),
    row('enableKey', '++---', 'POST', onDisabledKey),
    row('revokeKey', '+++?-', 'POST', onKey('/revoke')),

    row('createProject', '++---', 'POST', () => '/projects', named),
    row('listProjects', '+++++', 'GET', () => '/projects'),
    row('getProject', '+++?+', 'GET', onAlpha()),
    row('updateProject', '++---', 'PATCH', onAlpha(), limits),
    row('deleteProject', '++---', 'DELETE', onNew('projects')),
    row('disableProject', '++---', 'POST', enabledFirst(onAlpha())),
    row('enableProject', '++---', 'POST', disabledFirst(onAlpha())),

    row('createOrganization', '++---', 'POST', () => '/organizations', named),
    row('listOrganizations', '+++++', 'GET', () => '/organizations'),
    row('getOrganization', '+++?+', 'GET', onAcme()),
    row('updateOrganization', '++---', 'PATCH', onAcme(), limits),
    row('deleteOrganization', '++---', 'DELETE', onNew('organizations')),
    row('disableOrganization', '++---', 'POST', enabledFirst(onAcme())),
    row('enableOrganization', '++---', 'POST', disabledFirst(onAcme())),

    row('getConfig', '++--+', 'GET', () => '/config'),
    row('putConfig', '++---', 'PUT', () => '/config', { body: nextDocument }),
    row('diffConfig', '++--+', 'GET', () => '/config/diff?from=0'),
    row('listConfigVersions', '++--+', 'GET', () => '/config/versions'),
    row('getConfigVersion', '++--+', 'GET', () => '/config/versions/0'),
    row('activateConfigVersion', '++---', 'POST', async () => {
      const { version } = await putDocument('?activate=false');
      return `/config/versions/${version}/activate`;
    }),
    row('rollBackConfig', '++---', 'POST', async () => {
      await putDocument();
      return '/config/rollback';
    }),

    row('listSecrets', '++---', 'GET', () => '/secrets'),
    row('putSecret', '+----', 'PUT', onSecret, { body: () => ({ value: `sk-${newName()}` }) }),
    row('deleteSecret', '+----', 'DELETE', onSecret),

    row('createRequest', '+++?-', 'POST', () => '/requests', {
      status: 201,
      body: () => ({ kind: 'key', project: 'alpha', name: newName() }),
    }),
    row('listRequests', '+++++', 'GET', () => '/requests'),
    row('getRequest', '+++?+', 'GET', onRequest()),
    row('approveRequest', '++---', 'POST', onRequest('/approve'), { body: () => ({}) }),
    row('refuseRequest', '++---', 'POST', onRequest('/refuse'), { body: () => ({ note: 'no' }) }),
    row('claimRequest', '+++?-', 'POST', onApproved, { status: 201 }),

    row('getUsage', '+++++', 'GET', () => '/usage'),

    row('getRoutingHealth', '+++++', 'GET', () => '/routing/health'),

    row('forgetCached', '+++?-', 'POST', () => '/cache/invalidations', {
      status: 201,
      body: () => ({ kind: 'tag', value: newName().replace(/[^A-Za-z0-9]/g, '-'), project: 'alpha' }),
    }),
    row('listInvalidations', '+++++', 'GET', () => '/cache/invalidations'),

    row('listAudit', '++--+', 'GET', () => '/audit'),
    row('exportAudit', '++---', 'GET', () => '/audit/export'),
    row('verifyAudit', '++--+', 'GET', () => '/audit/verify'),
  ];
}
