/** What is deployed: how large it is, and how soon it answers. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Lab } from '../lab.ts';
import type { Row } from '../row.ts';
import { median } from '../statistics.ts';

const MAX_GZIP_KB = 300;

/** From the start of the process to its first answer, the health route's and the upstream's. */
export async function startUp(lab: Lab): Promise<Row[]> {
  const bare: number[] = [];
  const gateway: number[] = [];
  for (let round = 0; round < (lab.isQuick ? 3 : 9); round += 1) {
    bare.push(await lab.withFresh('bare', async ({ startUpMs }) => startUpMs));
    gateway.push(await lab.withFresh('gateway', async ({ startUpMs }) => startUpMs));
  }
  const ratio = median(gateway.map((ms, index) => ms / (bare[index] ?? Number.NaN)));
  const goal = { of: 'ratio', atMost: 2.5 } as const;
  return [
    {
      name: 'start-up to first answer',
      unit: 'ms',
      bare: median(bare),
      gateway: median(gateway),
      ratio,
      goal,
    },
  ];
}

export async function bundleSize({ bundle }: Lab): Promise<Row[]> {
  const bare = readFileSync(new URL('../bare.js', import.meta.url));
  const row = (name: string, size: (bytes: Buffer) => number, atMost: number): Row => ({
    name,
    unit: 'KB',
    bare: size(bare) / 1024,
    gateway: size(bundle) / 1024,
    ratio: size(bundle) / size(bare),
    goal: { of: 'figure', atMost },
  });
  return [
    row('bundle', (bytes) => bytes.length, 3 * 1024),
    row('bundle, gzip', (bytes) => gzipSync(bytes, { level: 9 }).length, MAX_GZIP_KB),
  ];
}
