/** The command line against the real admin API: what a platform team does on its first day. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN } from '../support/control-plane.ts';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { ROOT } from '../support/workerd.ts';

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'edgeway-cli-'));

let gateway: ControlledGateway;
beforeAll(async () => {
  gateway = await startGateway({
    config: { providers: { simulator: {} } },
    controlPlane: true,
    vars: { MASTER_SECRET: 'master-secret-of-the-command-line-0123456789' },
  });
});
afterAll(async () => {
  await gateway.stop();
  rmSync(directory, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function admin(args: string[], input?: string): Promise<Ended> {
  const running = run('node', [join(ROOT, 'src/cli/admin/main.ts'), ...args], {
    env: { ...process.env, EDGEWAY_URL: gateway.url, EDGEWAY_ADMIN_TOKEN: ADMIN_TOKEN, NO_COLOR: '1' },
  });
  running.child.stdin?.end(input);
  return running.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ended) => error,
  );
}

/** The one JSON document that `--json` writes. */
async function json(args: string[], input?: string): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await admin([...args, '--json'], input);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const isGood = async (key: unknown): Promise<boolean> => {
  const headers = { authorization: `Bearer ${String(key)}` };
  return (await gateway.request('/v1/models', { headers })).status === 200;
};

describe('npm run admin', () => {
  it('mints, lists, rotates and revokes a key', async () => {
    const made = await json([
      'keys',
      'create',
      'cli-app',
      '--project',
      'cli',
      '--model',
      'simulator/*',
      '--tag',
      'x',
    ]);
    expect(made).toMatchObject({ name: 'cli-app', project: 'cli', models: ['simulator/*'], tags: ['x'] });
    expect(await isGood(made.key)).toBe(true);
    const listed = await admin(['keys', 'list', '--project', 'cli']);
    expect(listed.stdout).toContain('cli-app');
    expect(listed.stdout).not.toContain(String(made.key));
    const rotated = await json(['keys', 'rotate', String(made.id), '--overlap', '10m']);
    expect([await isGood(made.key), await isGood(rotated.key)]).toEqual([true, true]);
    expect((await admin(['keys', 'revoke', String(made.id)])).code).toBe(0);
    expect([await isGood(made.key), await isGood(rotated.key)]).toEqual([false, false]);
  });

  it('shows what a document would change, pushes it, and rolls back', async () => {
    const file = join(directory, 'document.json');
    const keys = [{ name: 'k', sha256: 'a'.repeat(64) }];
    const models = { fast: { targets: [{ provider: 'simulator', model: 'sim-fast' }] } };
    writeFileSync(file, JSON.stringify({ providers: { simulator: {} }, models, keys }));
    expect((await admin(['config', 'diff', file])).stdout).toContain('models');
    expect((await admin(['config', 'push', file])).code).toBe(0);
    expect((await admin(['config', 'diff', file])).stdout).not.toContain('models.fast');
    const { key } = await json(['keys', 'create', 'second']);
    const headers = { authorization: `Bearer ${String(key)}` };
    expect((await gateway.request('/v1/models/fast', { headers })).status).toBe(200);
    expect((await admin(['config', 'versions'])).stdout).toContain('1');
    expect((await admin(['config', 'rollback'])).code).toBe(0);
    expect((await gateway.request('/v1/models/fast', { headers })).status).toBe(404);
  });

  it('tells where a document is wrong', async () => {
    const file = join(directory, 'wrong.json');
    writeFileSync(
      file,
      JSON.stringify({ models: { fast: { targets: [{ provider: 'nobody', model: 'm' }] } } }),
    );
    const { code, stderr } = await admin(['config', 'push', file]);
    expect(code).toBe(1);
    expect(stderr).toContain('models.fast.targets[0].provider');
  });

  it('keeps secrets from standard input, and shows their names only', async () => {
    expect((await admin(['secrets', 'put', 'ACME_API_KEY'], 'sk-acme-from-stdin')).code).toBe(0);
    const { stdout } = await admin(['secrets', 'list']);
    expect(stdout).toContain('ACME_API_KEY');
    expect(stdout).not.toContain('sk-acme');
    expect((await admin(['secrets', 'delete', 'ACME_API_KEY'])).code).toBe(0);
  });

  it('makes projects and organisations, and switches them off', async () => {
    const project = await json(['projects', 'create', 'cli-project']);
    expect((await admin(['projects', 'disable', String(project.id)])).code).toBe(0);
    expect((await admin(['projects', 'list'])).stdout).toContain('disabled');
    expect((await admin(['organizations', 'create', 'cli-organization'])).code).toBe(0);
  });

  it('forgets cached answers, and lists what was forgotten', async () => {
    const made = await json(['cache', 'forget', '--tag', 'v1', '--project', 'cli']);
    expect(made).toMatchObject({ project: 'cli', kind: 'tag', value: 'v1', generation: expect.any(Number) });
    expect((await admin(['cache', 'forget', '--all'])).code).toBe(0);
    const later = await json(['cache', 'forget', '--model', 'fast']);
    expect(later.generation).toBeGreaterThan(Number(made.generation));
    expect(await json(['cache', 'list', '--kind', 'model'])).toMatchObject([later]);
    const refused = await admin(['cache', 'forget', '--tag', '']);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('tag')]);
  });

  it('shows the trail of all that, which verifies', async () => {
    const { stdout } = await admin(['audit', 'tail', '-n', '200']);
    for (const action of [
      'key.create',
      'key.rotate',
      'key.revoke',
      'config.put',
      'config.rollback',
      'secret.put',
      'cache.forget',
    ])
      expect(stdout).toContain(action);
    expect(await json(['audit', 'verify'])).toMatchObject({ valid: true, broken_at: null });
    const exported = await admin(['audit', 'export']);
    expect(exported.stdout.trim().split('\n').length).toBeGreaterThan(9);
  });

  it('brings a LiteLLM configuration over: import, then push', async () => {
    const source = join(directory, 'litellm.yaml');
    const target = join(directory, 'imported.json');
    writeFileSync(
      source,
      'model_list:\n  - model_name: gpt\n    litellm_params:\n      model: openai/gpt-5.2\n      api_key: os.environ/OPENAI_API_KEY\n',
    );
    expect((await admin(['import', 'litellm', source, '-o', target])).code).toBe(0);
    expect((await admin(['secrets', 'put', 'OPENAI_API_KEY'], 'sk-openai-0123456789')).code).toBe(0);
    const pushed = await admin(['config', 'push', target]);
    expect(pushed.stderr).toBe('');
    expect(pushed.code).toBe(0);
  });
});
