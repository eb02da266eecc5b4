import { describe, expect, it } from 'vitest';
import { InvalidConfig } from '../../../src/errors.ts';
import { buildSnapshot } from '../../../src/gateway/snapshot.ts';

const LEAF = { provider: 'simulator', model: 'm' };

/** Each alias names the next one twice. */
const doubling = (levels: number) => ({
  ...Object.fromEntries(
    Array.from({ length: levels }, (_, level) => [
      `l${level}`,
      {
        targets: [
          { alias: `l${level + 1}`, name: 'a' },
          { alias: `l${level + 1}`, name: 'b' },
        ],
      },
    ]),
  ),
  [`l${levels}`]: { targets: [LEAF] },
});

const build = (models: object) => {
  const text = JSON.stringify({ providers: { simulator: {} }, models });
  return buildSnapshot((name) => (name === 'GATEWAY_CONFIG' ? text : undefined));
};

describe('ways through nested aliases', () => {
  it('may be a thousand', () => {
    expect(build(doubling(9)).aliases.size).toBe(10);
  });

  it('are refused beyond that, at once, however many they are', () => {
    const refused = () => build(doubling(60));
    expect(refused).toThrow(InvalidConfig);
    expect(refused).toThrow('models.l0.targets: leads to targets in more than 1000 ways');
  });
});
