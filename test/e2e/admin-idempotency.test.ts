/** Creates that are sent again, answers that are lost on their way, and writers that meet each other. */
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeFastDirectory } from '../support/admin/storage.ts';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { bodyOf, type MintedKey, mintKey, useKey } from '../support/minted-keys.ts';

let directory: string;
let gateway: ControlledGateway;

beforeAll(async () => {
  directory = makeFastDirectory();
  gateway = await startGateway({
    config: { providers: { simulator: {} } },
    controlPlane: { directory, front: true },
  });
});
afterEach(() => gateway.registry.set('up'));
afterAll(async () => {
  await gateway.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Key {
  readonly id: string;
  readonly key: string | null;
  readonly version: number;
  readonly status: string;
}

const create = (path: string, body: object, idempotencyKey: string): Promise<Response> =>
  gateway.admin('POST', path, body, { 'idempotency-key': idempotencyKey });

const keysNamed = async (name: string): Promise<readonly Key[]> =>
  (await bodyOf<{ data: Key[] }>(gateway.admin('GET', `/keys?search=${name}`), 200)).data;

const readKey = (id: string): Promise<Key> => bodyOf(gateway.admin('GET', `/keys/${id}`), 200);

const statusesOf = (answers: readonly Response[]): number[] => answers.map(({ status }) => status).toSorted();

const codeOf = async (response: Response): Promise<[number, string, string | null]> => {
  const { error } = await response.json();
  return [response.status, error.code, error.param];
};

interface Entry {
  readonly action: string;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** What the audit trail says was done to it, oldest first. */
const historyOf = async (target: string): Promise<Entry[]> =>
  (
    await bodyOf<{ data: Entry[] }>(gateway.admin('GET', `/audit?limit=1000&target=${target}`), 200)
  ).data.toReversed();

const expectWholeTrail = async (): Promise<void> =>
  expect(await bodyOf(gateway.admin('GET', '/audit/verify'), 200)).toMatchObject({ valid: true });

/** `count` at once. */
const together = <Value>(count: number, work: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('a create with an Idempotency-Key', () => {
  it('makes one key, however many of it arrive together, and shows its secret to one', async () => {
    const answers = await together(50, () => create('/keys', { name: 'fifty' }, 'fifty times'));
    expect(statusesOf(answers)).toEqual(Array(50).fill(201));
    const keys = await Promise.all(answers.map(async (answer): Promise<Key> => answer.json()));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    const shown = keys.flatMap(({ key }) => (key === null ? [] : [key]));
    expect(shown).toHaveLength(1);
    expect((await useKey(shown[0] ?? '', gateway.url)).status).toBe(200);
    expect(await keysNamed('fifty')).toHaveLength(1);
    expect((await historyOf(keys[0]?.id ?? '')).map(({ action }) => action)).toEqual(['key.create']);
  });

  it('is one thing for one body: another body, another kind of thing, another key are others', async () => {
    const made = await bodyOf<Key>(create('/keys', { name: 'one body' }, 'again'), 201);
    expect(await codeOf(await create('/keys', { name: 'another body' }, 'again'))).toEqual([
      409,
      'conflict',
      'idempotency-key',
    ]);
    const project = await bodyOf<Key>(create('/projects', { name: 'one body' }, 'again'), 201);
    const other = await bodyOf<Key>(create('/keys', { name: 'one body' }, 'again and again'), 201);
    expect(new Set([made.id, project.id, other.id]).size).toBe(3);
    expect(await keysNamed('another')).toEqual([]);
  });

  it('is not remembered when it is refused', async () => {
    await bodyOf(create('/projects', { name: 'taken' }, 'first'), 201);
    expect(await codeOf(await create('/projects', { name: 'taken' }, 'second'))).toEqual([
      409,
      'conflict',
      'name',
    ]);
    const { data } = await bodyOf<{ data: Key[] }>(gateway.admin('GET', '/projects?search=taken'), 200);
    await bodyOf(gateway.admin('DELETE', `/projects/${data[0]?.id}`), 200);
    await bodyOf(create('/projects', { name: 'taken' }, 'second'), 201);
  });

  it.each([
    ['/projects', { name: 'a project' }],
    ['/organizations', { name: 'an organisation' }],
    ['/requests', { kind: 'key', project: 'default', name: 'asked for' }],
  ])('makes one thing at %s, and answers it again', async (path, body) => {
    const answers = await together(10, () => create(path, body, 'ten times'));
    const things = await Promise.all(answers.map((answer) => answer.text()));
    expect(statusesOf(answers)).toEqual(Array(10).fill(201));
    expect(new Set(things).size).toBe(1);
  });

  it('survives the process', async () => {
    const made = await bodyOf<Key>(create('/keys', { name: 'before the crash' }, 'crash'), 201);
    await gateway.restart();
    const again = await bodyOf<Key>(create('/keys', { name: 'before the crash' }, 'crash'), 201);
    expect(again).toEqual({ ...made, key: null });
  });
});

describe('an answer that is lost on its way from the Registry', () => {
  it('leaves a key that a repeated create finds, and a rotation makes usable', async () => {
    gateway.registry.set('lose-answers');
    const lost = await create('/keys', { name: 'lost' }, 'lost');
    expect(await codeOf(lost)).toEqual([503, 'gateway_unavailable', null]);
    expect(lost.headers.get('retry-after')).toMatch(/^\d+$/);
    gateway.registry.set('up');
    const found = await bodyOf<Key>(create('/keys', { name: 'lost' }, 'lost'), 201);
    expect(found).toMatchObject({ key: null, version: 1, status: 'active' });
    expect((await keysNamed('lost')).map(({ id }) => id)).toEqual([found.id]);
    const rotated = await bodyOf<MintedKey>(gateway.admin('POST', `/keys/${found.id}/rotate`, {}), 200);
    expect((await useKey(rotated.key, gateway.url)).status).toBe(200);
    await expectWholeTrail();
  });

  it('is nothing that a change can hide: a revocation counts, although nobody said so', async () => {
    const { id, key } = await mintKey(gateway);
    expect((await useKey(key, gateway.url)).status).toBe(200);
    gateway.registry.set('lose-answers');
    expect((await gateway.admin('POST', `/keys/${id}/revoke`)).status).toBe(503);
    gateway.registry.set('up');
    await expect.poll(async () => (await useKey(key, gateway.url)).status, { timeout: 10_000 }).toBe(401);
    expect(await readKey(id)).toMatchObject({ status: 'revoked', version: 2 });
    expect(await bodyOf(gateway.admin('POST', `/keys/${id}/revoke`), 200)).toMatchObject({ version: 2 });
  });

  it('makes of a repeated change with If-Match a 412, and not a second change', async () => {
    const { id } = await mintKey(gateway);
    const patch = () => gateway.admin('PATCH', `/keys/${id}`, { name: 'renamed' }, { 'if-match': '"1"' });
    gateway.registry.set('lose-answers');
    expect((await patch()).status).toBe(503);
    gateway.registry.set('up');
    expect(await codeOf(await patch())).toEqual([412, 'precondition_failed', 'if-match']);
    expect(await readKey(id)).toMatchObject({ name: 'renamed', version: 2 });
  });

  it.each(['down', 'reset'] as const)(
    'differs from a Registry that is %s, which did nothing',
    async (mode) => {
      gateway.registry.set(mode);
      expect((await create('/keys', { name: `never ${mode}` }, `never ${mode}`)).status).toBe(503);
      gateway.registry.set('up');
      expect(await keysNamed(`never ${mode}`)).toEqual([]);
      const made = await bodyOf<MintedKey>(create('/keys', { name: `never ${mode}` }, `never ${mode}`), 201);
      expect((await useKey(made.key, gateway.url)).status).toBe(200);
    },
  );
});

describe('writers that meet', () => {
  it('change one version of a key once: the others are told with 412', async () => {
    const { id } = await mintKey(gateway, { tags: ['0'] });
    const answers = await together(20, (index) =>
      gateway.admin('PATCH', `/keys/${id}`, { tags: [`writer-${index}`] }, { 'if-match': '"1"' }),
    );
    expect(statusesOf(answers)).toEqual([200, ...Array(19).fill(412)]);
    const winner = answers.find(({ ok }) => ok);
    expect(winner?.headers.get('etag')).toBe('"2"');
    expect(await readKey(id)).toEqual(await winner?.json());
    expect(await historyOf(id)).toHaveLength(2);
  });

  it('activate one configuration over one version: the others are told with 412', async () => {
    const before = await gateway.admin('GET', '/config');
    const etag = before.headers.get('etag') ?? '';
    const document = await before.json();
    const answers = await together(10, (index) =>
      gateway.admin('PUT', '/config', { ...document, keep_alive_ms: 10_000 + index }, { 'if-match': etag }),
    );
    expect(statusesOf(answers)).toEqual([200, ...Array(9).fill(412)]);
    const now = await bodyOf<{ keep_alive_ms: number }>(gateway.admin('GET', '/config'), 200);
    expect(now.keep_alive_ms - 10_000).toBe(answers.findIndex(({ ok }) => ok));
    const { data } = await bodyOf<{ data: object[] }>(gateway.admin('GET', '/config/versions'), 200);
    expect(data).toHaveLength(1);
  });

  it('without If-Match lose a configuration to nobody unseen: 200, or 409', async () => {
    const document = await bodyOf<object>(gateway.admin('GET', '/config'), 200);
    const answers = await together(10, (index) =>
      gateway.admin('PUT', '/config', { ...document, keep_alive_ms: 20_000 + index }),
    );
    const won = answers.filter(({ ok }) => ok).length;
    expect(won).toBeGreaterThan(0);
    expect(statusesOf(answers)).toEqual([...Array(won).fill(200), ...Array(10 - won).fill(409)]);
    // Each winner was compared with the one before it.
    const { data } = await bodyOf<{ data: { version: number; parent: number }[] }>(
      gateway.admin('GET', '/config/versions'),
      200,
    );
    expect(data.map(({ parent }) => parent)).toEqual(data.map(({ version }) => version - 1));
    await expectWholeTrail();
  });

  it('take the name of a project once', async () => {
    const answers = await together(20, () => gateway.admin('POST', '/projects', { name: 'wanted' }));
    expect(statusesOf(answers)).toEqual([201, ...Array(19).fill(409)]);
  });

  it('take the key of one request once', async () => {
    const wish = { kind: 'key', project: 'default', name: 'taken once' };
    const { id } = await bodyOf<Key>(gateway.admin('POST', '/requests', wish), 201);
    const approvals = await together(5, () => gateway.admin('POST', `/requests/${id}/approve`, {}));
    expect(statusesOf(approvals)).toEqual([200, 409, 409, 409, 409]);
    const claims = await together(10, () => gateway.admin('POST', `/requests/${id}/claim`));
    expect(statusesOf(claims)).toEqual([201, ...Array(9).fill(409)]);
    expect(await keysNamed('taken once'.replace(' ', '%20'))).toHaveLength(1);
  });

  it('rotate a key together, and two of its secrets are good at most', async () => {
    const first = await mintKey(gateway);
    const answers = await together(12, () =>
      gateway.admin('POST', `/keys/${first.id}/rotate`, { overlap_seconds: 3600 }),
    );
    const rotated = await Promise.all(
      answers.map((answer) => bodyOf<MintedKey & Key>(Promise.resolve(answer), 200)),
    );
    const inOrder = rotated.toSorted((one, other) => one.version - other.version);
    expect(inOrder.map(({ version }) => version)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 2),
    );
    const secrets = [first.key, ...inOrder.map(({ key }) => key)];
    expect(new Set(secrets).size).toBe(13);
    const statuses = await Promise.all(secrets.map(async (key) => (await useKey(key, gateway.url)).status));
    expect(statuses).toEqual([...Array(11).fill(401), 200, 200]);
  });

  it('rotate, disable, enable, change and revoke one key: it ends revoked, and each step follows the one before', async () => {
    const { id, key } = await mintKey(gateway);
    const actions = ['rotate', 'disable', 'enable', 'update', 'rotate', 'revoke', 'enable', 'disable'];
    const act = (action: string, index: number) =>
      action === 'update'
        ? gateway.admin('PATCH', `/keys/${id}`, { name: `name ${index}` })
        : gateway.admin(
            'POST',
            `/keys/${id}/${action}`,
            action === 'rotate' ? { overlap_seconds: 60 } : undefined,
          );
    const answers = await together(40, (index) => act(actions[index % actions.length] ?? 'revoke', index));
    for (const { status } of answers) expect([200, 409]).toContain(status);
    const final = await readKey(id);
    expect(final.status).toBe('revoked');
    const history = await historyOf(id);
    expect(history.map(({ after }) => after?.version)).toEqual(history.map((_, index) => index + 1));
    expect(final.version).toBe(history.length);
    for (const [index, { before }] of history.entries())
      expect(timeless(before)).toEqual(index === 0 ? null : timeless(history[index - 1]?.after ?? null));
    expect(history.at(-1)).toMatchObject({ action: 'key.revoke', after: { status: 'revoked' } });
    const rotated = await Promise.all(
      answers.filter(({ ok }) => ok).map(async (answer): Promise<Key> => answer.json()),
    );
    const secrets = [
      key,
      ...rotated.flatMap(({ key: secret }) => (typeof secret === 'string' ? [secret] : [])),
    ];
    for (const secret of secrets) expect((await useKey(secret, gateway.url)).status).toBe(401);
    await expectWholeTrail();
  });
});

/** Whether an overlap has ended is a question of when it is asked. */
const timeless = (key: Entry['before']): unknown => key && { ...key, previous_key_expires_at: null };
