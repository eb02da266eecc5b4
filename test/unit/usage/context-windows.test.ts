import { describe, expect, it } from 'vitest';
import { contextTokensOf } from '../../../src/usage/context-windows.ts';

const at = (as: string, withoutPrefix?: string) => ({
  id: 'x',
  transport: 'network' as const,
  prices: withoutPrefix === undefined ? { as } : { as, withoutPrefix },
});

describe('contextTokensOf', () => {
  it.each([
    ['openai', 'gpt-4', 8192],
    ['openai', 'gpt-4o', 128_000],
    ['azure', 'text-embedding-ada-002', 8192], // at the vendor behind it
    ['anthropic', 'claude-haiku-4-5', 200_000],
    ['anthropic', 'claude-haiku-4-5-20251001', 200_000],
  ])('knows it of %s/%s', (vendor, model, tokens) => {
    expect(contextTokensOf(at(vendor), model)).toBe(tokens);
  });

  it('knows it behind the prefix of a vendor', () => {
    expect(contextTokensOf(at('openai', 'models/'), 'models/gpt-4')).toBe(8192);
  });

  it('does not know it of other models, other vendors, and who has no list', () => {
    expect(contextTokensOf(at('openai'), 'my-own')).toBeNull();
    expect(contextTokensOf(at('nobody'), 'gpt-4')).toBeNull();
    expect(contextTokensOf({ id: 'x', transport: 'network' }, 'gpt-4')).toBeNull();
    expect(contextTokensOf({ ...at('openai'), transport: 'simulator' }, 'gpt-4')).toBeNull();
  });
});
