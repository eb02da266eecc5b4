import { describe, expect, it } from 'vitest';
import type { Role } from '../../../src/admin/actor.ts';
import { type AdminApi, type AskOptions, answerOf, createAdminApi, raceWith } from './control-desk.ts';

const SECRET = 'sk-marker-of-a-secret-0123456789';
const HASH = 'ab'.repeat(32);

const document = (fields: Record<string, unknown> = {}) => ({
  providers: { simulator: {}, house: { base_url: 'https://models.example/v1', api_keys: [SECRET] } },
  keys: [{ name: 'ci', sha256: HASH }],
  ...fields,
});

/** Documents that differ in what they allow to be sent. */
const numbered = (bytes: number) => ({ providers: { simulator: {} }, max_body_bytes: 2000 + bytes });

const put = (api: AdminApi, body: unknown, query = '', options: AskOptions = {}) =>
  api.ask('PUT', `/config${query}`, body, options);

const ifMatch = (version: number): AskOptions => ({ headers: { 'if-match': `"${version}"` } });

const textsOf = (body: { diff: { text: string }[] }) => body.diff.map(({ text }) => text);

const versionsOf = async (api: AdminApi) =>
  (await answerOf(api.ask('GET', '/config/versions'))).body.data.map(
    ({ version, active }: { version: number; active: boolean }) =>
      active ? `${version} active` : `${version}`,
  );

describe('the active configuration', () => {
  it('is the variable’s document under number 0 until one is put', async () => {
    const api = createAdminApi({ variableText: JSON.stringify(document()) });
    const answer = await api.ask('GET', '/config');
    expect(answer.headers.get('x-edgeway-config-version')).toBe('0');
    expect(answer.headers.get('etag')).toBe('"0"');
    expect(Object.keys(await answer.json())).toEqual(['providers', 'keys']);
  });

  it('shows no literal secret and no hash of a key', async () => {
    const api = createAdminApi();
    await put(api, document());
    for (const path of ['/config', '/config/versions/1', '/config/diff']) {
      const text = await (await api.ask('GET', path)).text();
      expect(text).toContain('[redacted:');
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(HASH);
    }
  });

  it('comes back 304 for who holds it, but never for the variable’s, which may change', async () => {
    const api = createAdminApi();
    const get = async (path: string, tag: string) =>
      (await api.ask('GET', path, undefined, { headers: { 'if-none-match': tag } })).status;
    expect(await get('/config', '"0"')).toBe(200);
    await put(api, numbered(1));
    await put(api, numbered(2));
    expect([await get('/config', '"2"'), await get('/config', 'W/"9", "2"')]).toEqual([304, 304]);
    expect([await get('/config', '"1"'), await get('/config', '2')]).toEqual([200, 200]);
    expect(await get('/config/versions/1', '"1"')).toBe(304);
  });

  it('is told as refused if the variable holds no document, and can be replaced all the same', async () => {
    const api = createAdminApi({ variableText: '{"providers":' });
    const broken = await answerOf(api.ask('GET', '/config'));
    expect([broken.status, broken.body.error.code]).toEqual([500, 'invalid_config']);
    expect((await answerOf(put(api, numbered(1)))).status).toBe(200);
    expect((await answerOf(api.ask('GET', '/config'))).body).toEqual(numbered(1));
  });
});

describe('putting a configuration', () => {
  it('stores what was written, activates it, and tells what changed', async () => {
    const api = createAdminApi();
    const { status, etag, body } = await answerOf(put(api, document({ strict_params: false })));
    expect([status, etag, body.version, body.active]).toEqual([200, '"1"', 1, true]);
    expect(textsOf(body)).toEqual(expect.arrayContaining(['strict_params: added, false']));
    expect(api.notices()).toBe(1);
    const { text } = JSON.parse(await api.registry.stub.readCopy('config'));
    expect(JSON.parse(text)).toEqual(document({ strict_params: false }));
  });

  it('takes back what it showed: redacted texts stand for the secrets of the active document', async () => {
    const api = createAdminApi({ variableText: JSON.stringify(document()) });
    const { body: shown } = await answerOf(api.ask('GET', '/config'));
    const { status, body } = await answerOf(put(api, { ...shown, max_body_bytes: 2000 }));
    expect([status, textsOf(body)]).toEqual([200, ['max_body_bytes: added, 2000']]);
    const { text } = JSON.parse(await api.registry.stub.readCopy('config'));
    expect(JSON.parse(text)).toEqual(document({ max_body_bytes: 2000 }));
  });

  it('refuses a redacted text that stands for no secret of the active document', async () => {
    const api = createAdminApi();
    const keys = [{ name: 'ci', sha256: '[redacted:0123456789ab]' }];
    const { status, body } = await answerOf(put(api, { keys }));
    expect([status, body.error]).toMatchObject([
      400,
      {
        code: 'invalid_request',
        param: 'keys[0].sha256',
        message: expect.stringContaining('keys[0].sha256'),
      },
    ]);
    expect(await versionsOf(api)).toEqual([]);
  });

  it('names every mistake, with its path and without a secret', async () => {
    const api = createAdminApi();
    const wrong = document({
      models: { fast: { targets: [{ alias: 'slow' }] } },
      max_body_bytes: 'many',
      extra: 1,
    });
    const { status, body } = await answerOf(put(api, wrong));
    expect([status, body.error.code]).toEqual([400, 'invalid_request']);
    for (const path of ['models.fast.targets[0].alias', 'max_body_bytes', 'extra'])
      expect(body.error.message).toContain(`${path}: `);
    expect(body.error.message).toContain(`${body.error.param}: `);
    expect(JSON.stringify(body)).not.toContain(SECRET);
    expect(await versionsOf(api)).toEqual([]);
    expect(api.notices()).toBe(0);
  });

  it.each(['ADMIN_TOKEN', 'MASTER_SECRET', 'UPSTASH_REDIS_REST_TOKEN'])(
    'says of %s that it is not for documents, and not that it is not set',
    async (name) => {
      const api = createAdminApi({ variables: { [name]: 'set' } });
      const house = { base_url: 'https://models.example/v1', api_keys: [`$${name}`] };
      const { status, body } = await answerOf(put(api, { providers: { house } }));
      expect([status, body.error.param]).toEqual([400, 'providers.house.api_keys[0]']);
      expect(body.error.message).toContain(`names ${name}, which is the gateway's own`);
      expect(body.error.message).not.toContain('not set');
    },
  );

  it('keeps its answer short for any number of mistakes', async () => {
    const api = createAdminApi();
    const wrong = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`${'x'.repeat(100)}${index}`, 1]),
    );
    wrong['y'.repeat(100_000)] = 1;
    const { status, body } = await answerOf(put(api, wrong));
    expect(status).toBe(400);
    expect(body.error.message).toContain('and 4901 more');
    expect(JSON.stringify(body).length).toBeLessThan(60_000);
  });

  it.each(['?dry_run=true', '?dry_run', '?dry_run=true&activate=false'])(
    'only checks and compares for %s',
    async (query) => {
      const api = createAdminApi();
      await put(api, numbered(1));
      const { status, etag, body } = await answerOf(put(api, numbered(2), query));
      expect([status, etag]).toEqual([200, '"1"']);
      expect(body).toEqual({
        version: null,
        active: false,
        diff: [expect.objectContaining({ op: 'change', path: 'max_body_bytes', before: 2001, after: 2002 })],
        warnings: [],
      });
      expect(await versionsOf(api)).toEqual(['1 active']);
      expect((await answerOf(put(api, { extra: 1 }, query))).status).toBe(400);
    },
  );

  it('refuses a misspelt parameter rather than writing', async () => {
    const api = createAdminApi();
    for (const query of ['?dryrun=true', '?dry_run=yes', '?activate=no', '?dry_run=true&dry_run=false'])
      expect((await put(api, numbered(1), query)).status).toBe(400);
    expect(await versionsOf(api)).toEqual([]);
  });

  it('stores without activating', async () => {
    const api = createAdminApi();
    await put(api, numbered(1));
    const { etag, body } = await answerOf(put(api, numbered(2), '?activate=false'));
    expect([etag, body.version, body.active]).toEqual(['"1"', 2, false]);
    expect(await versionsOf(api)).toEqual(['2', '1 active']);
  });

  it('makes no new version of what the active document says already', async () => {
    const api = createAdminApi();
    await put(api, numbered(1));
    const { max_body_bytes, providers } = numbered(1);
    const { status, etag, body } = await answerOf(put(api, { max_body_bytes, providers }));
    expect([status, etag, body]).toEqual([200, '"1"', { version: 1, active: true, diff: [], warnings: [] }]);
    expect(await versionsOf(api)).toEqual(['1 active']);
  });

  it('answers 412 for another active version than the one in If-Match, dry or not', async () => {
    const api = createAdminApi();
    await put(api, numbered(1), '', ifMatch(0));
    for (const query of ['', '?dry_run=true', '?activate=false']) {
      const { status, body } = await answerOf(put(api, numbered(2), query, ifMatch(0)));
      expect([status, body.error.code]).toEqual([412, 'precondition_failed']);
    }
    expect((await put(api, numbered(2), '', ifMatch(1))).status).toBe(200);
    expect((await put(api, numbered(3), '', { headers: { 'if-match': '"abc"' } })).status).toBe(400);
  });

  it('lets one of two writers win who race with one If-Match, and tells the other 412', async () => {
    const api = createAdminApi();
    await put(api, numbered(0));
    for (let version = 1; version < 6; version += 1) {
      const answers = await Promise.all(
        [1, 2].map((writer) => put(api, numbered(version * 10 + writer), '', ifMatch(version))),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    }
    expect(await versionsOf(api)).toEqual(['6 active', '5', '4', '3', '2', '1']);
  });

  it('passes on what has no effect', async () => {
    const targets = [{ provider: 'simulator', model: 'chat' }];
    const models = { alone: { targets, hedge: { enabled: true } } };
    const { body } = await answerOf(put(createAdminApi(), document({ models })));
    expect(body.warnings).toEqual([expect.stringContaining('models.alone.hedge')]);
  });

  it.each([
    ['a list', '[]'],
    ['a text', '"x"'],
    ['null', 'null'],
    ['half a document', '{"keys":'],
    ['nothing', ''],
    ['a document that is nested too deeply', `{"models":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['a placeholder for the whole', '"[redacted:0123456789ab]"'],
  ])('refuses %s', async (_, text) => {
    const api = createAdminApi();
    const { status, body } = await answerOf(put(api, text));
    expect([status, body.error.code]).toEqual([400, 'invalid_request']);
    expect(await versionsOf(api)).toEqual([]);
  });

  it('does not take no body for an empty document', async () => {
    const api = createAdminApi({ variableText: JSON.stringify(numbered(1)) });
    expect((await api.ask('PUT', '/config')).status).toBe(400);
  });

  it('refuses a document that is larger than the storage takes', async () => {
    const api = createAdminApi();
    const { status, body } = await answerOf(put(api, { $schema: 'ä'.repeat(960_000) }));
    expect([status, body.error.code]).toEqual([413, 'request_too_large']);
  });
});

describe('a change that is checked while others change something', () => {
  const NAMES_SECRET = {
    providers: { house: { base_url: 'https://models.example/v1', api_keys: ['$HOUSE_KEY'] } },
  };
  const putSecret = (api: AdminApi, name: string, base: number) =>
    api.registry.write('secret.put', { name, sealed: 'sealed', base });
  /** As another isolate does it at that moment. */
  const putElsewhere = async ({ registry }: AdminApi, bytes: number) => {
    const { version: base, secrets } = await registry.query('config.base', undefined);
    const text = JSON.stringify(numbered(bytes));
    const based = { base, baseSecrets: secrets.version, ifVersion: null };
    return registry.write('config.put', { text, isActivated: true, ...based, diff: [] });
  };

  it('is checked again with the secrets that are left, and refused if that is not enough', async () => {
    const api = createAdminApi();
    await api.ask('PUT', '/secrets/HOUSE_KEY', { value: 'sk-house' });
    raceWith(api, () => api.registry.write('secret.delete', { name: 'HOUSE_KEY', base: 0 }));
    const { status, body } = await answerOf(put(api, NAMES_SECRET));
    expect([status, body.error.code]).toEqual([400, 'invalid_request']);
    expect(body.error.message).toContain('needs the secret HOUSE_KEY, which is not set');
    expect(await versionsOf(api)).toEqual([]);
  });

  it('is written if it still holds, compared with what is active by then', async () => {
    const api = createAdminApi();
    await put(api, numbered(1));
    raceWith(
      api,
      () => putSecret(api, 'OTHER', 1),
      () => putElsewhere(api, 2),
    );
    const { status, body } = await answerOf(put(api, numbered(3)));
    expect([status, body.version, textsOf(body)]).toEqual([200, 3, ['max_body_bytes: 2002 → 2003']]);
    const activating = () => api.ask('POST', '/config/versions/1/activate');
    raceWith(api, () => putSecret(api, 'OTHER', 3));
    expect(textsOf((await answerOf(activating())).body)).toEqual(['max_body_bytes: 2003 → 2001']);
  });

  it('keeps to If-Match: other secrets are no other version, another document is', async () => {
    const api = createAdminApi();
    raceWith(api, () => putSecret(api, 'OTHER', 0));
    expect((await put(api, numbered(1), '', ifMatch(0))).status).toBe(200);
    raceWith(
      api,
      () => putSecret(api, 'OTHER', 1),
      () => putElsewhere(api, 2),
    );
    expect((await put(api, numbered(3), '', ifMatch(1))).status).toBe(412);
    expect(await versionsOf(api)).toEqual(['2 active', '1']);
  });

  it('is given up with 409 when others are faster again and again', async () => {
    const api = createAdminApi();
    raceWith(api, ...Array.from({ length: 50 }, (_, index) => () => putElsewhere(api, 100 + index)));
    const { status, body } = await answerOf(put(api, numbered(1)));
    expect([status, body.error.code]).toEqual([409, 'conflict']);
    const { body: active } = await answerOf(api.ask('GET', '/config'));
    expect(active.max_body_bytes).toBeGreaterThanOrEqual(2100);
  });

  it('goes one step back when two press the button at once', async () => {
    const api = createAdminApi();
    for (const bytes of [1, 2, 3]) await put(api, numbered(bytes));
    raceWith(api, () => api.ask('POST', '/config/rollback'));
    const { status, body } = await answerOf(api.ask('POST', '/config/rollback'));
    expect([status, body.error.code]).toEqual([409, 'conflict']);
    expect(await versionsOf(api)).toEqual(['3', '2 active', '1']);
    raceWith(api, () => putSecret(api, 'OTHER', 2));
    expect((await answerOf(api.ask('POST', '/config/rollback'))).body).toMatchObject({ version: 1 });
  });
});

describe('who may change what', () => {
  const admin = { identity: [], audit_retention_days: 30 };

  it.each<[Role, number, number]>([
    ['owner', 200, 200],
    ['admin', 200, 200],
    ['viewer', 200, 403],
    ['developer', 403, 403],
  ])('is told by the table of roles: %s', async (role, read, written) => {
    const api = createAdminApi();
    await put(api, numbered(1));
    for (const path of ['/config', '/config/versions', '/config/versions/1', '/config/diff'])
      expect((await api.ask('GET', path, undefined, { role })).status).toBe(read);
    const changes = [
      await put(api, numbered(2), '', { role }),
      await put(api, numbered(3), '?dry_run=true', { role }),
      await api.ask('POST', '/config/versions/1/activate', undefined, { role }),
      await api.ask('POST', '/config/rollback', undefined, { role }),
    ];
    expect(changes.map(({ status }) => status)).toEqual(Array(4).fill(written));
  });

  it('is for owners only where it gives roles: the section `admin`', async () => {
    const api = createAdminApi();
    const asAdmin = { role: 'admin' } as const;
    const statuses = async (...answers: Promise<Response>[]) =>
      (await Promise.all(answers)).map(({ status }) => status);
    expect(await statuses(put(api, { ...numbered(1), admin }, '', asAdmin))).toEqual([403]);
    expect(await statuses(put(api, { ...numbered(1), admin }, '?dry_run=true', asAdmin))).toEqual([403]);
    expect(await statuses(put(api, { ...numbered(1), admin }, '?activate=false', asAdmin))).toEqual([403]);
    expect(await statuses(put(api, { ...numbered(1), admin }))).toEqual([200]);
    // Without the section, or with another one: both change it.
    expect(await statuses(put(api, numbered(2), '', asAdmin))).toEqual([403]);
    const other = { ...admin, audit_retention_days: 31 };
    expect(await statuses(put(api, { ...numbered(2), admin: other }, '', asAdmin))).toEqual([403]);
    expect(await statuses(put(api, { ...numbered(2), admin }, '', asAdmin))).toEqual([200]);
  });

  it('holds for versions of old too', async () => {
    const api = createAdminApi();
    await put(api, numbered(1));
    await put(api, { ...numbered(1), admin });
    for (const path of ['/config/versions/1/activate', '/config/rollback']) {
      const { status, body } = await answerOf(api.ask('POST', path, undefined, { role: 'admin' }));
      expect([status, body.error.code]).toEqual([403, 'permission_denied']);
    }
    expect(await versionsOf(api)).toEqual(['2 active', '1']);
    expect((await api.ask('POST', '/config/rollback')).status).toBe(200);
  });
});

describe('versions of the configuration', () => {
  const filled = async (count: number) => {
    const api = createAdminApi({ variableText: JSON.stringify(numbered(0)) });
    for (let version = 1; version <= count; version += 1) await put(api, numbered(version));
    return api;
  };

  it('are activated by number, 0 included, with a diff', async () => {
    const api = await filled(3);
    const { status, etag, body } = await answerOf(api.ask('POST', '/config/versions/1/activate'));
    expect([status, etag, body.version, body.active, textsOf(body)]).toEqual([
      200,
      '"1"',
      1,
      true,
      ['max_body_bytes: 2003 → 2001'],
    ]);
    expect((await answerOf(api.ask('POST', '/config/versions/0/activate'))).body.version).toBe(0);
    expect((await answerOf(api.ask('GET', '/config'))).body).toEqual(numbered(0));
    expect(await versionsOf(api)).toEqual(['3', '2', '1']);
  });

  it('are rolled back step by step, down to the variable’s, and not further', async () => {
    const api = await filled(2);
    const back = async () => (await answerOf(api.ask('POST', '/config/rollback'))).body;
    expect(textsOf(await back())).toEqual(['max_body_bytes: 2002 → 2001']);
    expect(await back()).toMatchObject({ version: 0, active: true });
    expect(await back()).toMatchObject({ error: { code: 'conflict' } });
    expect((await api.ask('POST', '/config/rollback', undefined, ifMatch(2))).status).toBe(412);
  });

  it('answer 412 to a stale If-Match, and 404 to numbers that do not exist', async () => {
    const api = await filled(2);
    for (const path of ['/config/versions/1/activate', '/config/rollback'])
      expect((await api.ask('POST', path, undefined, ifMatch(1))).status).toBe(412);
    expect((await api.ask('POST', '/config/versions/3/activate')).status).toBe(404);
    expect((await api.ask('GET', '/config/versions/3')).status).toBe(404);
    expect((await api.ask('GET', '/config/diff?from=3')).status).toBe(404);
    for (const number of ['-1', '1.5', 'x', '1'.repeat(16)])
      expect((await api.ask('GET', `/config/versions/${number}`)).status).toBe(400);
  });

  it('are checked again before they count: what they need may be gone', async () => {
    const api = createAdminApi();
    await api.ask('PUT', '/secrets/REGION_OF_BEDROCK', { value: 'eu-central-1' });
    await api.ask('PUT', '/secrets/AWS_KEY', { value: 'AKIDEXAMPLE' });
    await api.ask('PUT', '/secrets/AWS_SECRET', { value: 'wJalrXUtnFEMI-EXAMPLE' });
    const bedrock = {
      region: '$REGION_OF_BEDROCK',
      access_key_id: '$AWS_KEY',
      secret_access_key: '$AWS_SECRET',
    };
    const first = await answerOf(put(api, { providers: { bedrock } }));
    expect(first.status).toBe(200);
    await put(api, numbered(2));
    await api.ask('DELETE', '/secrets/REGION_OF_BEDROCK');
    for (const path of ['/config/versions/1/activate', '/config/rollback']) {
      const { status, body } = await answerOf(api.ask('POST', path));
      expect([status, body.error.param]).toEqual([400, 'providers.bedrock.region']);
    }
    expect(await versionsOf(api)).toEqual(['2 active', '1']);
  });

  it('are compared with what they were made from, or with any other', async () => {
    const api = await filled(2);
    await put(api, numbered(3), '?activate=false');
    const diff = async (query: string) => (await answerOf(api.ask('GET', `/config/diff${query}`))).body;
    expect(await diff('')).toMatchObject({ from: 1, to: 2, diff: [{ before: 2001, after: 2002 }] });
    expect(await diff('?to=3')).toMatchObject({ from: 2, to: 3, diff: [{ before: 2002, after: 2003 }] });
    expect(await diff('?from=3&to=0')).toMatchObject({
      from: 3,
      to: 0,
      diff: [{ before: 2003, after: 2000 }],
    });
    expect(await diff('?from=1')).toMatchObject({ from: 1, to: 2 });
    expect(await diff('?from=2&to=2')).toEqual({ from: 2, to: 2, diff: [] });
  });

  it('show a changed secret as changed, and not as what it was', async () => {
    const api = createAdminApi();
    await put(api, document());
    await put(api, document({ keys: [{ name: 'ci', sha256: 'cd'.repeat(32) }] }));
    const { body } = await answerOf(api.ask('GET', '/config/diff'));
    expect(body.diff).toEqual([
      expect.objectContaining({
        op: 'change',
        path: 'keys[0].sha256',
        before: expect.stringMatching(/^\[redacted:[0-9a-f]{12}\]$/),
        after: expect.stringMatching(/^\[redacted:[0-9a-f]{12}\]$/),
      }),
    ]);
  });
});

describe('the audit trail of the configuration', () => {
  it('has the lines of each diff, and no secret', async () => {
    const api = createAdminApi();
    await put(api, document());
    await put(api, document({ max_body_bytes: 2000 }));
    await api.ask('POST', '/config/rollback');
    await api.ask('POST', '/config/versions/2/activate');
    const entries = await api.registry.audit();
    expect(entries.slice(1).map(({ action, after }) => [action, after])).toEqual([
      ['config.put', { version: 2, active: true, diff: ['max_body_bytes: added, 2000'] }],
      ['config.rollback', { version: 1, diff: ['max_body_bytes: removed, was 2000'] }],
      ['config.activate', { version: 2, diff: ['max_body_bytes: added, 2000'] }],
    ]);
    expect(JSON.stringify(entries)).not.toContain(SECRET);
    expect(JSON.stringify(entries)).not.toContain(HASH);
  });

  it('takes so many lines and no more', async () => {
    const api = createAdminApi();
    const models = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [
        `alias-${index}`,
        { targets: [{ provider: 'simulator', model: 'echo' }] },
      ]),
    );
    expect((await put(api, { ...numbered(1), models: {} })).status).toBe(200);
    expect((await put(api, { ...numbered(1), models })).status).toBe(200);
    const entry = (await api.registry.audit()).at(-1);
    const text = JSON.stringify(entry?.after);
    expect(text).toMatch(/"and \d+ more"\]\}$/);
    expect(text.length).toBeLessThan(20_000);
  });
});
