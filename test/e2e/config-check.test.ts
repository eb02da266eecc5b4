import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/workerd.ts';

describe('npm run config:check', () => {
  const directory = mkdtempSync(join(tmpdir(), 'edgeway-check-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function check(document: string): { status: number | null; output: string } {
    const file = join(directory, 'document.json');
    writeFileSync(file, document);
    const { status, stdout } = spawnSync('npm', ['run', '--silent', 'config:check', file], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return { status, output: stdout };
  }

  it('prints every mistake with its path, and fails', () => {
    const { status, output } = check(
      JSON.stringify({
        providers: { openai: { base_url: 'http://10.0.0.1/v1', api_keys: ['sk-marker-secret'] } },
        models: {
          loop: { targets: [{ alias: 'loop' }] },
          lost: { targets: [{ provider: 'nobody', model: 'x' }], colour: 'red' },
        },
        keys: [{ name: 'x', sha256: 'short' }],
      }),
    );
    expect(status).toBe(1);
    for (const path of [
      'providers.openai.base_url',
      'models.loop.targets[0].alias',
      'models.lost.targets[0].provider',
      'models.lost.colour',
      'keys[0].sha256',
    ])
      expect(output).toContain(`mistake  ${path}: `);
    expect(output).toContain('5 mistakes');
    expect(output).not.toContain('sk-marker-secret');
  });

  it('names the secrets to set and the fields without effect where nothing is wrong', () => {
    const { status, output } = check(
      JSON.stringify({
        providers: { openai: { api_keys: ['$MY_UNSET_OPENAI_KEY'] } },
        keys: [{ name: 'x', sha256: 'a'.repeat(64), requests_per_minute: 5 }],
        models: { one: { targets: [{ provider: 'openai', model: 'm' }], mid_stream_failover: true } },
      }),
    );
    expect(status).toBe(0);
    expect(output).toContain('MY_UNSET_OPENAI_KEY has to be set');
    expect(output).toContain('models.one.mid_stream_failover has no effect');
    expect(output).toContain('no mistakes');
  });
});
