import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** Suites that drive a running Worker from Node; those that measure run one file at a time, so that none starves another. */
const overHttp = (name: string, fileParallelism = false) => ({
  test: {
    name,
    environment: 'node' as const,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism,
    globalSetup: ['./test/support/build-once.ts'],
  },
});

export default defineConfig({
  test: {
    maxWorkers: 3,
    projects: [
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })],
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 },
      },
      overHttp('e2e', true), // mostly waiting: for a pulse, a timeout, an expiry
      overHttp('recordings'),
      overHttp('soak'),
    ],
  },
});
