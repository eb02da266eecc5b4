import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** Suites that drive a running Worker from Node: one file at a time, so that none starves another of CPU. */
const overHttp = (name: string) => ({
  test: {
    name,
    environment: 'node' as const,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    globalSetup: ['./test/support/build-once.ts'],
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })],
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'] },
      },
      overHttp('e2e'),
      overHttp('recordings'),
      overHttp('soak'),
    ],
  },
});
