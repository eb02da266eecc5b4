/** traps H9: a revoked key whose copies KV got late, or never, stays revoked for an isolate that knows nothing yet. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { type KvStore, startKvStore } from '../support/kv-store.ts';
import { changeKey, copiesOf, mintKey, untilPublished, useKey } from '../support/minted-keys.ts';

/** Longer than changes are told of anyway. */
const AGO_MS = 301_000;
const SOON = { timeout: 20_000 };

let kv: KvStore;
let directory: string;
beforeEach(async () => {
  kv = await startKvStore();
  directory = mkdtempSync(join(tmpdir(), 'edgeway-late-'));
});
afterEach(async () => {
  await kv.stop();
  rmSync(directory, { recursive: true, force: true });
});

const start = () =>
  startGateway({ config: { providers: { simulator: {} } }, controlPlane: { kv, directory } });

/** Moves what the stopped Registry did into the past. */
function letTimePass(): void {
  const folder = join(directory, 'edgeway-registry');
  const file = readdirSync(folder).find((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite');
  const database = new DatabaseSync(join(folder, file ?? ''));
  database.exec(`UPDATE changes SET at = at - ${AGO_MS}; UPDATE outbox SET next_at = next_at - ${AGO_MS}`);
  database.close();
}

/** A key that was revoked while KV refused to take it; KV has its copies from before. */
async function revokeUnwritten(untilRefused: boolean) {
  const gateway = await start();
  try {
    const key = await mintKey(gateway);
    await untilPublished(gateway, key);
    kv.fail('refuse-writes');
    const { writes } = kv;
    await changeKey(gateway, key, 'revoke');
    if (untilRefused) await expect.poll(() => kv.writes, SOON).toBeGreaterThanOrEqual(writes + 4);
    return key;
  } finally {
    await gateway.stop();
    letTimePass();
  }
}

it('although its copies could never be written', async () => {
  const key = await revokeUnwritten(false);
  const gateway = await start();
  try {
    expect((await useKey(key.key, gateway.url)).status).toBe(401);
  } finally {
    await gateway.stop();
  }
});

it('although its copies were written late, and KV shows the old ones still', async () => {
  const key = await revokeUnwritten(true);
  const gateway = await start();
  try {
    kv.freeze();
    kv.fail('none');
    for (const name of copiesOf(key)) await expect.poll(() => kv.read(name), SOON).toContain('"revoked"');
    await gateway.restart();
    expect((await useKey(key.key, gateway.url)).status).toBe(401);
  } finally {
    await gateway.stop();
  }
});
