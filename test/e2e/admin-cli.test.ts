/**
 * `npm run admin`: the command line as a process of its own, against a stand-in for the admin API that answers as a test
 * tells it to.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseMoment, parseSpan } from '../../src/cli/admin/spans.ts';
import { renderTable } from '../../src/cli/admin/table.ts';
import { type ReceivedCall, startUpstream, type Upstream } from '../support/upstream.ts';
import { ROOT } from '../support/workerd.ts';

const TOKEN = 'planted-admin-token-0001';
const MAIN = join(ROOT, 'src/cli/admin/main.ts');
const directory = mkdtempSync(join(tmpdir(), 'edgeway-admin-'));

let api: Upstream;
beforeAll(async () => {
  api = await startUpstream();
});
beforeEach(() => {
  api.calls.length = 0;
});
afterAll(async () => {
  await api.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection breaks instead. */
  readonly isReset?: boolean;
}

/** Answers by `METHOD path` without the query; the last one of a list is repeated. */
function script(answers: Readonly<Record<string, Answer | readonly Answer[]>>): void {
  const told = new Map<string, number>();
  api.answer((call, response) => {
    const route = `${call.method} ${pathOf(call)}`;
    const known = answers[route];
    const list = known === undefined ? [NOT_FOUND] : [known].flat();
    const count = told.get(route) ?? 0;
    told.set(route, count + 1);
    const {
      status = 200,
      body,
      headers = {},
      isReset = false,
    } = list[Math.min(count, list.length - 1)] ?? NOT_FOUND;
    if (isReset) return void response.destroy();
    const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_1', ...headers })
      .end(text);
  });
}

const refusal = (status: number, code: string, message: string, param: string | null = null): Answer => ({
  status,
  body: { error: { message, type: 'invalid_request_error', param, code } },
});
const NOT_FOUND = refusal(404, 'resource_not_found', 'There is no such thing.');

const pathOf = ({ path }: ReceivedCall): string => path.replace('/admin/v1', '').replace(/\?.*$/, '');
const queryOf = ({ path }: ReceivedCall) => Object.fromEntries(new URL(path, 'http://x').searchParams);
const bodyOf = ({ body }: ReceivedCall): unknown => JSON.parse(body.toString());
const routes = (): string[] => api.calls.map((call) => `${call.method} ${pathOf(call)}`);

interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Surroundings {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

function start(
  args: readonly string[],
  { environment = {} }: Surroundings = {},
): ChildProcessWithoutNullStreams {
  const { PATH = '' } = process.env;
  const env = { PATH, EDGEWAY_URL: api.url, EDGEWAY_ADMIN_TOKEN: TOKEN, ...environment };
  return spawn(process.execPath, [MAIN, ...args], { cwd: directory, env });
}

async function admin(args: readonly string[], surroundings: Surroundings = {}): Promise<Finished> {
  const child = start(args, surroundings);
  const pieces = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      pieces[name] += text;
    });
  child.stdin.end(surroundings.input ?? '');
  const [status] = (await once(child, 'close')) as [number | null];
  expect(pieces.stdout + pieces.stderr).not.toContain(TOKEN);
  return { status, ...pieces };
}

function file(name: string, content: unknown): string {
  const path = join(directory, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const KEY = {
  id: 'key_1',
  name: 'ci',
  masked_key: 'ew-Ab12…wXyZ',
  project: 'default',
  organization: null,
  models: ['openai/a', 'fast'],
  status: 'active',
  expires_at: null,
  created_at: '2026-11-21T10:00:00.000Z',
};

describe('keys', () => {
  it('are made with every field that is said, and shown this once', async () => {
    script({ 'POST /keys': { status: 201, body: { ...KEY, key: 'ew-the-key' } } });
    const { status, stdout, stderr } = await admin([
      'keys',
      'create',
      'ci',
      '--project',
      'search',
      '--organization',
      'acme',
      '--model',
      'fast',
      '--model',
      'openai/a',
      '--deny',
      'openai/b',
      '--route',
      '/v1/embeddings',
      '--ip',
      '10.0.0.0/8',
      '--expires',
      '2027-01-31',
      '--tag',
      'x',
      '--rpm',
      '60',
      '--set',
      'concurrency=5',
      '--set',
      'budgets=[{"usd":5,"window":"day"}]',
      '--set',
      'log_content=true',
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^id +key_1$/m);
    expect(stdout).toMatch(/^key +ew-the-key$/m);
    expect(stdout).not.toContain('organization'); // null
    expect(stderr).toContain('this once');
    const [call] = api.calls;
    expect(call && bodyOf(call)).toEqual({
      name: 'ci',
      project: 'search',
      organization: 'acme',
      models: ['fast', 'openai/a'],
      denied_models: ['openai/b'],
      routes: ['/v1/embeddings'],
      ip_ranges: ['10.0.0.0/8'],
      expires_at: '2027-01-31T00:00:00.000Z',
      tags: ['x'],
      requests_per_minute: 60,
      concurrency: 5,
      budgets: [{ usd: 5, window: 'day' }],
      log_content: true,
    });
    expect(call?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('are made once, although the connection breaks: the second try has the same Idempotency-Key', async () => {
    script({ 'POST /keys': [{ isReset: true }, { status: 201, body: { ...KEY, key: null } }] });
    const { status, stderr } = await admin(['keys', 'create', 'ci']);
    expect(status).toBe(0);
    expect(stderr).toContain('keys rotate key_1');
    const [first, second, ...more] = api.calls.map(({ headers }) => headers['idempotency-key']);
    expect(second).toBe(first);
    expect(first).toBeDefined();
    expect(more).toEqual([]);
    await admin(['keys', 'create', 'ci']);
    expect(api.calls.at(-1)?.headers['idempotency-key']).not.toBe(first);
  });

  it('are not made a third time, and nothing else is repeated', async () => {
    script({ 'POST /keys': { isReset: true }, 'POST /keys/key_1/rotate': { isReset: true } });
    const made = await admin(['keys', 'create', 'ci']);
    expect(made.status).toBe(1);
    expect(made.stderr).toMatch(/^error: cannot reach http:\/\/127\.0\.0\.1:\d+: /);
    expect(routes()).toEqual(['POST /keys', 'POST /keys']);
    api.calls.length = 0;
    expect((await admin(['keys', 'rotate', 'key_1'])).status).toBe(1);
    expect(routes()).toEqual(['POST /keys/key_1/rotate']);
  });

  it('are listed over all pages, with the filters on each', async () => {
    script({
      'GET /keys': [
        { body: { data: [KEY], has_more: true, next_cursor: 'c1' } },
        {
          body: { data: [{ ...KEY, id: 'key_2', name: 'a long name' }], has_more: false, next_cursor: null },
        },
      ],
    });
    const { status, stdout } = await admin([
      'keys',
      'list',
      '--project',
      'search',
      '--status',
      'active',
      '--search',
      'ci',
    ]);
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'ID     NAME         PROJECT  STATUS  KEY           MODELS          EXPIRES',
      'key_1  ci           default  active  ew-Ab12…wXyZ  openai/a, fast',
      'key_2  a long name  default  active  ew-Ab12…wXyZ  openai/a, fast',
      '',
    ]);
    const filters = { project: 'search', status: 'active', search: 'ci' };
    expect(api.calls.map(queryOf)).toEqual([
      { ...filters, limit: '1000' },
      { ...filters, limit: '999', cursor: 'c1' },
    ]);
  });

  it('are listed up to the limit, and as one JSON list for scripts', async () => {
    script({ 'GET /keys': { body: { data: [KEY, KEY], has_more: true, next_cursor: 'c1' } } });
    const { status, stdout, stderr } = await admin(['keys', 'list', '--limit', '2', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual([KEY, KEY]);
    expect(stderr).toContain('more than 2');
    expect(api.calls.map(queryOf)).toEqual([{ limit: '2' }]);
  });

  it('are not listed for ever by a gateway that never comes to an end', async () => {
    script({ 'GET /keys': { body: { data: [KEY], has_more: true, next_cursor: 'same' } } });
    const { status, stdout, stderr } = await admin(['keys', 'list']);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('does not come to an end');
    expect(api.calls).toHaveLength(2);
  });

  it('are read, rotated, and taken back', async () => {
    const one = { body: KEY };
    script({
      'GET /keys/key_1': one,
      'POST /keys/key_1/rotate': { body: { ...KEY, key: 'ew-new' } },
      'POST /keys/key_1/disable': one,
      'POST /keys/key_1/enable': one,
      'POST /keys/key_1/revoke': { body: { ...KEY, status: 'revoked' } },
      'DELETE /keys/key_1': { status: 204 },
    });
    expect((await admin(['keys', 'get', 'key_1', '--json'])).stdout).toBe(
      `${JSON.stringify(KEY, null, 2)}\n`,
    );
    expect((await admin(['keys', 'rotate', 'key_1', '--overlap', '10m'])).stdout).toMatch(/^key +ew-new$/m);
    expect((await admin(['keys', 'disable', 'key_1'])).status).toBe(0);
    expect((await admin(['keys', 'enable', 'key_1'])).status).toBe(0);
    expect((await admin(['keys', 'revoke', 'key_1'])).stdout).toMatch(/^status +revoked$/m);
    expect((await admin(['keys', 'delete', 'key_1'])).stdout).toBe('key_1 is deleted\n');
    expect(routes()).toEqual([
      'GET /keys/key_1',
      'POST /keys/key_1/rotate',
      'POST /keys/key_1/disable',
      'POST /keys/key_1/enable',
      'POST /keys/key_1/revoke',
      'DELETE /keys/key_1',
    ]);
    const rotate = api.calls[1];
    expect(rotate && bodyOf(rotate)).toEqual({ overlap_seconds: 600 });
  });

  it.each(['..', '.', ''])('named "%s" lead to no other path', async (name) => {
    const { status } = await admin(['keys', 'delete', name]);
    expect(status).toBe(2);
    expect(api.calls).toEqual([]);
  });

  it('of any name stay one segment of the path', async () => {
    script({ 'GET /keys/a%2F..%2Fb%3Fx': { body: KEY } });
    expect((await admin(['keys', 'get', 'a/../b?x'])).status).toBe(0);
  });
});

describe('projects and organizations', () => {
  it('are made, listed, and switched off and on', async () => {
    const project = {
      id: 'proj_1',
      name: 'search',
      organization: 'acme',
      status: 'active',
      created_at: 'now',
    };
    script({
      'POST /projects': { status: 201, body: project },
      'GET /projects': { body: { data: [project], has_more: false, next_cursor: null } },
      'POST /projects/proj_1/disable': { body: project },
      'POST /organizations': { status: 201, body: { id: 'org_1', name: 'acme' } },
      'GET /organizations': {
        body: { data: [{ id: 'org_1', name: 'acme' }], has_more: false, next_cursor: null },
      },
      'POST /organizations/org_1/enable': { body: { id: 'org_1' } },
    });
    await admin(['projects', 'create', 'search', '--organization', 'acme', '--set', 'tokens_per_day=1000']);
    expect((await admin(['projects', 'list'])).stdout).toContain('proj_1  search  acme          active  now');
    await admin(['projects', 'disable', 'proj_1']);
    await admin(['organizations', 'create', 'acme']);
    expect((await admin(['organizations', 'list'])).stdout).toContain('org_1  acme');
    expect((await admin(['organizations', 'enable', 'org_1'])).status).toBe(0);
    const [create] = api.calls;
    expect(create && bodyOf(create)).toEqual({ name: 'search', organization: 'acme', tokens_per_day: 1000 });
    expect(create?.headers['idempotency-key']).toBeDefined();
  });
});

describe('config', () => {
  const DOCUMENT = { keep_alive_ms: 20_000 };
  const CHANGE = {
    op: 'change',
    path: 'keep_alive_ms',
    before: 15_000,
    after: 20_000,
    text: 'keep_alive_ms: 15000 → 20000',
  };
  const review = (diff: readonly unknown[] = [CHANGE]) => ({
    version: null,
    active: false,
    diff,
    warnings: ['cache has no effect'],
  });
  const puts = () => api.calls.filter(({ method }) => method === 'PUT');

  it('push tells the difference, then sends the document for the version that it differs from', async () => {
    script({
      'GET /config': { body: {}, headers: { etag: '"7"' } },
      'PUT /config': [{ body: review() }, { body: { ...review(), version: 8, active: true } }],
    });
    const { status, stdout, stderr } = await admin(['config', 'push', file('new.json', DOCUMENT)]);
    expect([status, stdout]).toEqual([0, '~ keep_alive_ms: 15000 → 20000\nversion 8 is active\n']);
    expect(stderr).toBe('warning: cache has no effect\n');
    expect(puts().map(queryOf)).toEqual([{ dry_run: 'true' }, {}]);
    expect(puts().map(({ headers }) => headers['if-match'])).toEqual(['"7"', '"7"']);
    expect(puts().map(bodyOf)).toEqual([DOCUMENT, DOCUMENT]);
  });

  it('push --dry-run and diff change nothing', async () => {
    script({ 'GET /config': { body: {}, headers: { etag: '"7"' } }, 'PUT /config': { body: review() } });
    const path = file('new.json', DOCUMENT);
    expect(await admin(['config', 'push', path, '--dry-run'])).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('Nothing was pushed'),
    });
    expect((await admin(['config', 'diff', path])).stdout).toBe('~ keep_alive_ms: 15000 → 20000\n');
    expect(JSON.parse((await admin(['config', 'diff', '-', '--json'], { input: '{}' })).stdout)).toEqual(
      review(),
    );
    expect(puts().map(queryOf)).toEqual(Array(3).fill({ dry_run: 'true' }));
  });

  it('push sends nothing where nothing differs', async () => {
    script({ 'GET /config': { body: {}, headers: { etag: '"7"' } }, 'PUT /config': { body: review([]) } });
    const { status, stdout } = await admin(['config', 'push', file('same.json', DOCUMENT)]);
    expect([status, stdout]).toEqual([0, 'no difference\n']);
    expect(puts()).toHaveLength(1);
  });

  it.each([
    ['while the difference is told', [refusal(412, 'precondition_failed', 'By now it is 8.')]],
    ['behind it', [{ body: review() }, refusal(412, 'precondition_failed', 'By now it is 8.')]],
  ])('push fails with one clear message if another writer comes %s', async (_, answers) => {
    script({ 'GET /config': { body: {}, headers: { etag: 'W/"7"' } }, 'PUT /config': answers });
    const { status, stderr } = await admin(['config', 'push', file('new.json', DOCUMENT)]);
    expect(status).toBe(1);
    expect(stderr).toContain('error: the configuration is no longer version 7: somebody else changed it.');
  });

  it('push --if-match is about the version that the caller knows', async () => {
    script({ 'PUT /config': { body: { ...review(), version: 4, active: true } } });
    expect(
      (await admin(['config', 'push', file('new.json', DOCUMENT), '--if-match', '3', '--json'])).status,
    ).toBe(0);
    expect(routes()).toEqual(['PUT /config', 'PUT /config']);
    expect(puts().map(({ headers }) => headers['if-match'])).toEqual(['"3"', '"3"']);
  });

  it('tells every mistake of a document as the gateway words it', async () => {
    script({
      'GET /config': { body: {}, headers: { etag: '"0"' } },
      'PUT /config': refusal(
        400,
        'invalid_request',
        'The configuration is not valid: models.a: x',
        'models.a',
      ),
    });
    const { status, stdout, stderr } = await admin(['config', 'push', file('new.json', DOCUMENT)]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'error: The configuration is not valid: models.a: x\n  status      400 invalid_request\n  param       models.a\n  request id  req_1\n',
    );
  });

  it('takes no file that is not JSON, and shows no piece of it', async () => {
    const { status, stderr } = await admin([
      'config',
      'push',
      file('broken.json', '{"a": 1, planted-secret'),
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain('is not JSON (at character 9)');
    expect(stderr).not.toContain('planted');
    expect((await admin(['config', 'push', 'missing.json'])).stderr).toBe(
      'error: cannot read missing.json\n',
    );
    expect(api.calls).toEqual([]);
  });

  it('is printed, listed by versions, and rolled back', async () => {
    const version = { version: 7, active: true, created_at: 'now', created_by: 'admin-token' };
    script({
      'GET /config': { body: DOCUMENT, headers: { etag: '"7"' } },
      'GET /config/versions': { body: { data: [version], has_more: false, next_cursor: null } },
      'POST /config/rollback': { body: { ...review(), version: 6, active: true } },
      'POST /config/versions/0/activate': { body: { ...review(), version: 0, active: true } },
    });
    const got = await admin(['config', 'get']);
    expect([JSON.parse(got.stdout), got.stderr]).toEqual([DOCUMENT, 'version 7\n']);
    expect((await admin(['config', 'versions'])).stdout).toContain('7        true    now      admin-token');
    expect((await admin(['config', 'rollback'])).stdout).toMatch(/^version +6$/m);
    expect((await admin(['config', 'rollback', '--to', '0'])).stdout).toMatch(/^version +0$/m);
    expect((await admin(['config', 'rollback', '--to', '../0'])).status).toBe(2);
  });
});

describe('secrets', () => {
  it('are read from standard input, never from an argument', async () => {
    script({
      'PUT /secrets/OPENAI_API_KEY': { body: { name: 'OPENAI_API_KEY', version: 1 } },
      'GET /secrets': {
        body: { data: [{ name: 'OPENAI_API_KEY', version: 1 }], has_more: false, next_cursor: null },
      },
      'DELETE /secrets/OPENAI_API_KEY': { body: { name: 'OPENAI_API_KEY', deleted: true } },
    });
    const { status, stdout } = await admin(['secrets', 'put', 'OPENAI_API_KEY'], {
      input: 'sk- with spaces \n',
    });
    expect([status, stdout]).toEqual([0, 'OPENAI_API_KEY is set\n']);
    const [put] = api.calls;
    expect(put && bodyOf(put)).toEqual({ value: 'sk- with spaces ' });
    expect((await admin(['secrets', 'list'])).stdout).toContain('OPENAI_API_KEY');
    expect((await admin(['secrets', 'delete', 'OPENAI_API_KEY'])).status).toBe(0);
    api.calls.length = 0;
    const argued = await admin(['secrets', 'put', 'OPENAI_API_KEY', 'sk-planted']);
    expect(argued.status).toBe(2);
    expect(argued.stderr).toContain('standard input');
    expect(argued.stderr).not.toContain('planted');
    expect((await admin(['secrets', 'put', 'OPENAI_API_KEY'], { input: '\n' })).status).toBe(2);
    expect(api.calls).toEqual([]);
  });
});

describe('requests', () => {
  it('are listed, approved, refused and claimed', async () => {
    const request = {
      id: 'req_9',
      kind: 'key',
      project: 'search',
      status: 'pending',
      requested_by: 'dev@example.com',
      requested_at: 'now',
    };
    script({
      'GET /requests': { body: { data: [request], has_more: false, next_cursor: null } },
      'POST /requests/req_9/approve': { body: { ...request, status: 'approved' } },
      'POST /requests/req_9/refuse': { body: { ...request, status: 'refused' } },
      'POST /requests/req_9/claim': { body: { id: 'key_5', name: 'mine', key: 'ew-claimed' } },
    });
    expect((await admin(['requests', 'list', '--status', 'pending'])).stdout).toContain('dev@example.com');
    expect((await admin(['requests', 'approve', 'req_9'])).stdout).toMatch(/^status +approved$/m);
    await admin(['requests', 'refuse', 'req_9', '--note', 'too many']);
    const claimed = await admin(['requests', 'claim', 'req_9']);
    expect(claimed.stdout).toMatch(/^key +ew-claimed$/m);
    expect(claimed.stderr).toContain('this once');
    const [list, approve, refuse] = api.calls;
    expect(list && queryOf(list)).toMatchObject({ status: 'pending' });
    expect([approve && bodyOf(approve), refuse && bodyOf(refuse)]).toEqual([{}, { note: 'too many' }]);
  });
});

describe('usage', () => {
  const SUMS = {
    requests: 2,
    input_tokens: 30,
    output_tokens: 4,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 0,
    cost_usd: 0.1,
    estimated_requests: 0,
    unpriced_requests: 1,
  };
  const page = (data: readonly object[], next: string | null = null): Answer => ({
    body: { by: '', from: '2026-11-15', to: '2026-11-21', data, has_more: next !== null, next_cursor: next },
  });

  it('is told by project where nobody says how, and as it was asked for', async () => {
    script({ 'GET /usage': page([{ project: 'web', ...SUMS, budgets: [] }]) });
    const { status, stdout, stderr } = await admin(['usage']);
    expect([status, queryOf(api.calls[0] as ReceivedCall)]).toEqual([0, { by: 'project' }]);
    expect(stdout.split('\n')[0]).toMatch(/^PROJECT +REQUESTS +INPUT +OUTPUT +USD +ESTIMATED +UNPRICED$/);
    expect(stdout.split('\n')[1]).toMatch(/^web +2 +30 +4 +0\.1 +0 +1$/);
    expect(stderr).toBe('From 2026-11-15 to 2026-11-21, days of UTC.\n');
    await admin([
      'usage',
      '--by',
      'key',
      '--from',
      '2026-11-01',
      '--to',
      '2026-11-02',
      '--project',
      'a b',
      '--key',
      'key_1',
    ]);
    expect(queryOf(api.calls[1] as ReceivedCall)).toEqual({
      by: 'key',
      from: '2026-11-01',
      to: '2026-11-02',
      project: 'a b',
      key_id: 'key_1',
    });
  });

  it.each(['model', 'day'])(
    'by %s is the sum of what all pages tell, to the billionth of a dollar',
    async (by) => {
      const [first, second] = ['a', 'b'].map((name) => ({ [by]: name, ...SUMS }));
      script({
        'GET /usage': [
          page([{ ...second, cost_usd: 0.3 }], 'd2'),
          page(
            [
              { ...first, cost_usd: 1e-9 },
              { ...second, requests: 5 },
            ],
            'c3',
          ),
          page([{ ...first, cost_usd: 2e-9 }]),
        ],
      });
      const { stdout } = await admin(['usage', '--by', by, '--json']);
      expect(JSON.parse(stdout)).toEqual({
        by,
        from: '2026-11-15',
        to: '2026-11-21',
        data: [
          {
            ...SUMS,
            [by]: 'a',
            requests: 4,
            input_tokens: 60,
            output_tokens: 8,
            cost_usd: 3e-9,
            unpriced_requests: 2,
          },
          {
            ...SUMS,
            [by]: 'b',
            requests: 7,
            input_tokens: 60,
            output_tokens: 8,
            cost_usd: 0.4,
            unpriced_requests: 2,
          },
        ],
      });
      expect(api.calls.map((call) => queryOf(call).cursor)).toEqual([undefined, 'd2', 'c3']);
      const table = await admin(['usage', '--by', by]);
      expect(table.stdout).toContain('0.000000002');
    },
  );

  it('of keys tells their budgets, and names of others as text', async () => {
    const budgets = [
      { usd: 5, spent_usd: 1.25, window: 'month', rolling: false },
      { usd: 0.5, spent_usd: 0, window: 'day', rolling: true },
    ];
    const rows = [
      { key_id: 'key_1', key: 'ci\u001b[2J', project: 'web', ...SUMS, budgets },
      { key_id: 'key_2', key: 'free', project: 'web', ...SUMS, cost_usd: 0.0000001, budgets: [] },
    ];
    script({ 'GET /usage': page(rows) });
    const { stdout } = await admin(['usage', '--by', 'key']);
    const [title = '', first = '', second = ''] = stdout.split('\n');
    expect(title).toMatch(/^KEY ID +KEY +PROJECT +REQUESTS .* BUDGETS$/);
    expect(first).toContain('1.25 of 5 (month), 0 of 0.5 (rolling day)');
    expect(first).toContain('ci\\u001b[2J');
    expect(second).toMatch(/ 0\.0000001 /);
  });

  it('ends where a gateway goes in circles, or says no', async () => {
    script({ 'GET /usage': page([], 'd1') });
    const circles = await admin(['usage']);
    expect([circles.status, circles.stderr]).toEqual([1, 'error: the list does not come to an end\n']);
    script({ 'GET /usage': refusal(400, 'invalid_request', 'is not a day such as 2026-11-21', 'from') });
    const refused = await admin(['usage', '--from', 'yesterday']);
    expect([refused.status, refused.stderr]).toMatchObject([1, expect.stringContaining('param       from')]);
    const misspelt = await admin(['usage', 'web']);
    expect([misspelt.status, misspelt.stderr]).toMatchObject([
      2,
      expect.stringContaining('usage: usage [--by'),
    ]);
  });
});

describe('routing health', () => {
  const target = {
    target: 'openai/gpt-5',
    circuit: 'closed',
    open_until: null,
    cooling_until: null,
    in_flight: 2,
    successes: 40,
    failures: 1,
    slow: 0,
    first_token_ms: { p50: 210, p95: 480, weight: 31.5 },
    total_ms: null,
    colos: [{ colo: 'FRA' }, { colo: 'AMS' }],
  };
  const regions = [
    {
      region: 'weur',
      at: '2026-11-21T12:00:00.000Z',
      isolates: 2,
      targets: [
        target,
        { ...target, target: 'a/open', circuit: 'open', open_until: '2026-11-21T12:00:09.000Z' },
        { ...target, target: 'a/\u001b[2J', cooling_until: '2026-11-21T12:00:30.000Z' },
      ],
      credentials: [],
      aliases: [],
    },
    { region: 'oc', error: 'The Vantage of this region does not answer.' },
  ];

  it('shows the targets of each region, and which region is silent', async () => {
    script({ 'GET /routing/health': { body: { data: regions } } });
    const { status, stdout, stderr } = await admin(['routing', 'health']);
    expect([status, queryOf(api.calls[0] as ReceivedCall)]).toEqual([0, {}]);
    const [title = '', first = '', second = '', third = ''] = stdout.split('\n');
    expect(title).toMatch(
      /^REGION +TARGET +CIRCUIT +FIRST TOKEN MS +TOTAL MS +OK +FAILED +SLOW +IN FLIGHT +COLOS$/,
    );
    expect(first).toMatch(/^weur +openai\/gpt-5 +closed +210, p95 480 +40 +1 +0 +2 +FRA, AMS$/);
    expect(second).toContain('open until 2026-11-21T12:00:09.000Z');
    expect(third).toContain('a/\\u001b[2J');
    expect(third).toContain('cooling until 2026-11-21T12:00:30.000Z');
    expect(stderr).toBe('oc: The Vantage of this region does not answer.\n');
  });

  it('asks for one region, and gives scripts all that was answered', async () => {
    script({ 'GET /routing/health': { body: { data: regions } } });
    const { stdout } = await admin(['routing', 'health', '--region', 'weur', '--json']);
    expect(queryOf(api.calls[0] as ReceivedCall)).toEqual({ region: 'weur' });
    expect(JSON.parse(stdout)).toEqual({ data: regions });
  });

  it('says when there is nothing to see, or no list', async () => {
    script({ 'GET /routing/health': { body: { data: [] } } });
    expect((await admin(['routing', 'health'])).stderr).toBe('No region has seen anything yet.\n');
    script({ 'GET /routing/health': { body: { page: 'not found' } } });
    const { status, stderr } = await admin(['routing', 'health']);
    expect([status, stderr]).toEqual([1, 'error: the answer has no list. Is the address right?\n']);
  });
});

describe('cache', () => {
  const made = { generation: 1795512615000, project: 'web', kind: 'tag', value: 'a', created_by: 'ada' };

  it.each([
    [['--tag', 'a', '--project', 'web'], { kind: 'tag', value: 'a', project: 'web' }],
    [['--model', 'openai/a'], { kind: 'model', value: 'openai/a' }],
    [['--namespace', 'n', '--organization', 'acme'], { kind: 'namespace', value: 'n', organization: 'acme' }],
    [['--key', 'abc'], { kind: 'key', value: 'abc' }],
    [['--project', 'web'], { kind: 'all', project: 'web' }],
    [['--all', '--project', 'web'], { kind: 'all', project: 'web' }],
    [['--organization', 'acme'], { kind: 'all', organization: 'acme' }],
    [['--all'], { kind: 'all' }],
    [['--tag', ''], { kind: 'tag', value: '' }], // for the gateway to refuse, and never everything
  ])('forgets %j', async (options, body) => {
    script({ 'POST /cache/invalidations': { status: 201, body: made } });
    const { status, stdout } = await admin(['cache', 'forget', ...options]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^generation +1795512615000$/m);
    expect(api.calls.map(bodyOf)).toEqual([body]);
  });

  it.each([
    [[], 'has to say what is forgotten'],
    [['--tag', 'a', '--model', 'b'], 'only one of'],
    [['--tag', 'a', '--all'], 'only one of'],
    [['everything'], 'usage: cache forget'],
  ])('asks nothing of the gateway for %j', async (options, message) => {
    const { status, stderr } = await admin(['cache', 'forget', ...options]);
    expect([status, api.calls]).toEqual([2, []]);
    expect(stderr).toContain(message);
  });

  it('lists what is to be forgotten', async () => {
    const page = { data: [made], has_more: false, next_cursor: null };
    script({ 'GET /cache/invalidations': { body: page } });
    const { stdout } = await admin(['cache', 'list', '--project', 'web', '--kind', 'tag']);
    expect(stdout.split('\n')).toEqual([
      'GENERATION     PROJECT  ORGANIZATION  KIND  VALUE  CREATED  BY',
      '1795512615000  web                    tag   a               ada',
      '',
    ]);
    expect(api.calls.map(queryOf)).toEqual([{ project: 'web', kind: 'tag', limit: '1000' }]);
  });
});

describe('audit', () => {
  const entry = (seq: number) => ({
    seq,
    at: '2026-11-21T10:00:00.000Z',
    actor: 'admin-token',
    role: 'owner',
    action: 'key.create',
    target: `key_${seq}`,
    ip: '10.0.0.1',
  });
  const page = (...seqs: number[]): Answer => ({
    body: { data: seqs.map(entry), has_more: false, next_cursor: null },
  });
  const line = (seq: number) =>
    `${seq}  2026-11-21T10:00:00.000Z  admin-token (owner)  key.create  key_${seq}  10.0.0.1`;

  it('tail shows the newest entries, the newest last', async () => {
    script({ 'GET /audit': page(3, 2) });
    const { stdout } = await admin(['audit', 'tail', '-n', '2', '--actor', 'admin-token']);
    expect(stdout).toBe(`${line(2)}\n${line(3)}\n`);
    expect(api.calls.map(queryOf)).toEqual([{ actor: 'admin-token', limit: '2' }]);
    expect(JSON.parse((await admin(['audit', 'tail', '--json'])).stdout)).toEqual([entry(2), entry(3)]);
  });

  it('tail --follow goes on with what comes, over an outage, until it is interrupted', async () => {
    script({
      'GET /audit': [
        page(2, 1),
        page(2, 1),
        refusal(503, 'gateway_unavailable', 'Not now.'),
        { isReset: true },
        page(4, 3, 2, 1),
        page(5, 4, 3),
      ],
    });
    const child = start(['audit', 'tail', '--follow', '--interval', '1']);
    let stdout = '';
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    for await (const piece of child.stdout.setEncoding('utf8')) {
      stdout += piece;
      if (stdout.includes('key_5')) child.kill('SIGINT');
    }
    if (child.exitCode === null) await once(child, 'exit');
    expect(stdout).toBe([1, 2, 3, 4, 5].map((seq) => `${line(seq)}\n`).join(''));
    expect(stderr).toBe('waiting: Not now.\n'); // told once
    expect(child.exitCode).toBe(0);
  });

  it('tail --follow ends when the credential is no longer good', async () => {
    script({ 'GET /audit': [page(1), refusal(401, 'invalid_admin_credential', 'No.')] });
    const { status, stdout } = await admin(['audit', 'tail', '--follow', '--interval', '1']);
    expect([status, stdout]).toEqual([1, `${line(1)}\n`]);
  });

  it('export writes the lines as they come, to standard output or a file', async () => {
    const lines = [1, 2, 3].map((seq) => `${JSON.stringify(entry(seq))}\n`).join('');
    script({ 'GET /audit/export': { body: lines } });
    expect((await admin(['audit', 'export', '--since', '2026-01-01'])).stdout).toBe(lines);
    expect(api.calls.map(queryOf)).toEqual([{ since: '2026-01-01' }]);
    const path = join(directory, 'audit.jsonl');
    expect(await admin(['audit', 'export', '-o', path])).toMatchObject({ status: 0, stdout: '' });
    expect(readFileSync(path, 'utf8')).toBe(lines);
    script({ 'GET /audit/export': refusal(403, 'permission_denied', 'No.') });
    expect((await admin(['audit', 'export', '-o', path])).status).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe(lines); // not emptied
  });

  it('verify fails where the chain is broken', async () => {
    script({
      'GET /audit/verify': [
        { body: { valid: true, entries: 3 } },
        { body: { valid: false, entries: 3, broken_at: 2 } },
      ],
    });
    expect((await admin(['audit', 'verify'])).status).toBe(0);
    const { status, stderr } = await admin(['audit', 'verify']);
    expect([status, stderr]).toEqual([1, 'error: the audit trail is broken at entry 2\n']);
  });
});

describe('text of others', () => {
  const HOSTILE = 'a\u001b]52;c;AAAA\u0007\u009b2J\u202eb\nc\u2028d';
  const COMMANDING = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

  it.each([[[]], [['--json']]])(
    'reaches the terminal without what it would obey, with %j',
    async (options) => {
      script({
        'GET /keys': { body: { data: [{ ...KEY, name: HOSTILE }], has_more: false, next_cursor: null } },
      });
      const { stdout } = await admin(['keys', 'list', ...options]);
      expect(stdout).toContain('\\u001b]52;c;AAAA\\u0007\\u009b2J\\u202eb');
      expect(stdout).not.toMatch(COMMANDING);
      if (options.length > 0) expect(JSON.parse(stdout)).toEqual([{ ...KEY, name: HOSTILE }]);
      else expect(stdout.split('\n')).toHaveLength(3);
    },
  );

  it('is shown for what it is in errors, exports and entries too', async () => {
    script({
      'GET /keys/x': { ...refusal(404, HOSTILE, HOSTILE, HOSTILE) },
      'GET /audit/export': { body: `{"a":"\u009b2J"}\n\u001b[2J` },
      'GET /audit': { body: { data: [{ seq: 1, actor: HOSTILE }], has_more: false, next_cursor: null } },
    });
    for (const args of [
      ['keys', 'get', 'x'],
      ['audit', 'export'],
      ['audit', 'tail'],
    ]) {
      const { stdout, stderr } = await admin(args);
      expect(stdout + stderr).not.toMatch(COMMANDING);
      expect(stdout + stderr).toContain('\\u009b2J');
    }
  });
});

describe('credentials', () => {
  it('come from the environment or a file', async () => {
    script({ 'GET /keys/key_1': { body: KEY } });
    const path = file('token', 'token-of-the-file\n');
    await admin(['keys', 'get', 'key_1', '--token-file', path]);
    expect(api.calls[0]?.headers.authorization).toBe('Bearer token-of-the-file');
    expect((await admin(['keys', 'get', 'key_1', '--token-file', 'missing'])).status).toBe(1);
  });

  it.each([
    ['an argument', ['keys', 'list', '--token', 'planted'], {}, 'process lists'],
    ['an argument with =', ['keys', 'list', '--token=planted'], {}, 'process lists'],
    ['nothing', ['keys', 'list'], { EDGEWAY_ADMIN_TOKEN: '' }, 'no credential'],
    ['a line break', ['keys', 'list'], { EDGEWAY_ADMIN_TOKEN: 'planted\nx' }, 'no header'],
    ['an address over http', ['keys', 'list', '--url', 'http://gateway.example.com'], {}, '--allow-http'],
    [
      'a password in the address',
      ['keys', 'list', '--url', 'https://u:planted@gateway.example.com'],
      {},
      'no password',
    ],
    ['no address', ['keys', 'list', '--url', 'gateway'], {}, 'http(s) URL'],
  ])('are refused as %s', async (_, args, environment, message) => {
    const { status, stdout, stderr } = await admin(args, { environment });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('planted');
    expect(api.calls).toEqual([]);
  });

  it('follow no redirect', async () => {
    script({ 'GET /keys': { status: 302, headers: { location: `${api.url}/elsewhere` } } });
    const { status, stderr } = await admin(['keys', 'list']);
    expect(status).toBe(1);
    expect(stderr).toContain('redirect');
    expect(routes()).toEqual(['GET /keys']);
  });
});

describe('the command line', () => {
  it.each([
    [[], 0],
    [['help'], 0],
    [['help', 'keys'], 0],
    [['keys', 'create', '--help'], 0],
    [['keys'], 2],
    [['keys', 'make'], 2],
    [['nonsense', 'x'], 2],
    [['keys', 'get'], 2],
    [['keys', 'get', 'a', 'b'], 2],
    [['keys', 'list', '--colour', 'red'], 2],
    [['keys', 'list', '--limit', '0'], 2],
    [['keys', 'list', '--limit'], 2],
    [['keys', 'create', 'x', '--expires', 'soon'], 2],
    [['keys', 'create', 'x', '--expires', '2027-01-01T00:00:00'], 2],
    [['keys', 'create', 'x', '--set', 'nothing'], 2],
    [['keys', 'create', 'x', '--set', '__proto__=1'], 2],
    [['keys', 'rotate', 'x', '--overlap', '10 minutes'], 2],
  ])('ends %j with %i and asks no gateway', async (args, expected) => {
    const { status, stdout, stderr } = await admin(args);
    expect(status).toBe(expected);
    if (expected === 0) expect(stdout).toContain('keys create NAME [--project PROJECT]');
    else expect(stderr).toMatch(/^error: /);
    expect(api.calls).toEqual([]);
  });

  it.each([
    ['no JSON', { body: '<html>' }, 'not JSON'],
    ['another JSON', { body: { hello: 'world' } }, 'no list'],
    ['an error of something in front', { status: 502, body: '<html>planted' }, 'status 502'],
  ])('says so when the answer is %s', async (_, answer, message) => {
    script({ 'GET /keys': answer });
    const { status, stderr } = await admin(['keys', 'list']);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('planted');
  });

  it('says where it found nobody', async () => {
    const { status, stderr } = await admin(['keys', 'list', '--url', 'http://127.0.0.1:9']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: cannot reach http:\/\/127\.0\.0\.1:9: /);
  });

  it('ends quietly when nobody reads on', async () => {
    const data = Array.from({ length: 1000 }, (_, index) => ({
      ...KEY,
      name: `${index} ${'x'.repeat(500)}`,
    }));
    script({ 'GET /keys': { body: { data, has_more: false, next_cursor: null } } });
    const child = start(['keys', 'list']);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [status] = (await once(child, 'exit')) as [number | null];
    expect([status, stderr]).toEqual([0, '']);
  });

  it('imports a file of a rival into a document, and says what is lost', async () => {
    const path = file(
      'config.yaml',
      'model_list: [{model_name: fast, litellm_params: {model: openai/a, rpm: 5}}]\n',
    );
    const { status, stdout, stderr } = await admin(['import', 'litellm', path], {
      environment: { EDGEWAY_ADMIN_TOKEN: '' },
    });
    expect(status).toBe(0);
    expect(JSON.parse(stdout).models.fast.targets).toEqual([{ provider: 'openai', model: 'a' }]);
    expect(stderr).toContain('lost     model_list[0].litellm_params.rpm: ');
    expect(stderr).toContain('secret   OPENAI_API_KEY has to be set');
    const output = join(directory, 'imported.json');
    const channels = file('channels.json', [{ type: 14, status: 1, key: 'sk-planted', models: 'claude' }]);
    const imported = await admin(['import', 'one-api', channels, '-o', output]);
    expect([imported.status, imported.stdout]).toEqual([0, '']);
    expect(imported.stderr).not.toContain('planted');
    expect(JSON.parse(readFileSync(output, 'utf8')).providers).toEqual({
      anthropic: { api_keys: ['$ANTHROPIC_API_KEY'] },
    });
    const asJson = JSON.parse(
      (await admin(['import', 'one-api', '-', '--json'], { input: readFileSync(channels, 'utf8') })).stdout,
    );
    expect(Object.keys(asJson)).toEqual(['document', 'notes', 'secrets', 'warnings']);
    const refused = await admin(['import', 'litellm', channels]);
    expect([refused.status, refused.stderr]).toEqual([1, `error: ${channels}: it has no model_list\n`]);
    expect(api.calls).toEqual([]);
  });
});

describe('tables', () => {
  const columns = [{ title: 'ID', isWhole: true }, { title: 'NAME' }, { title: 'PROJECT' }];
  const rows = [
    ['key_1234567890', 'a name that is long', 'default'],
    ['key_2', '日本語のなまえ', 'é'],
  ];

  it('are cut where the terminal ends, but for what has to be copied', () => {
    expect(renderTable(columns, rows, { width: 34, hasColour: false }).split('\n')).toEqual([
      'ID              NAME       PROJECT',
      'key_1234567890  a name t…  default',
      'key_2           日本語の…  é',
      '',
    ]);
    expect(renderTable(columns, rows, { width: 10, hasColour: false })).toContain(
      'key_1234567890  a nam…  defau…',
    );
  });

  it('are whole where nobody looks at a terminal, and plain without colour', () => {
    const plain = renderTable(columns, rows, { width: null, hasColour: false });
    expect(plain).toContain('a name that is long  default');
    expect(plain).not.toContain('\u001b');
    expect(renderTable(columns, rows, { width: null, hasColour: true }).startsWith('\u001b[1mID')).toBe(true);
    expect(renderTable(columns, [], { width: 80, hasColour: false })).toBe('ID  NAME  PROJECT\n');
  });
});

describe('times', () => {
  const NOW = Date.parse('2026-11-21T10:00:00Z');

  it.each([
    ['30d', '2026-12-21T10:00:00.000Z'],
    ['90s', '2026-11-21T10:01:30.000Z'],
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T12:00:00+02:00', '2027-01-31T10:00:00.000Z'],
  ])('%s is %s', (text, moment) => {
    expect(parseMoment(text, '--expires', NOW)).toBe(moment);
  });

  it.each([
    ['600', 600],
    ['10m', 600],
    ['2h', 7200],
    ['1w', 604_800],
    ['0', 0],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseSpan(text, '--overlap')).toBe(seconds);
  });

  it.each(['', '-1', '1.5h', '10 m', '2027-02-31', '30', '2027-13-01'])('"%s" is no moment', (text) => {
    expect(() => parseMoment(text, '--expires', NOW)).toThrow('--expires');
  });
});
