import { describe, expect, it } from 'vitest';
import { continuesTurns, markOf } from '../../../../src/gateway/continuation/continuing.ts';
import { findProviderRow } from '../../../../src/providers/catalogue.ts';
import { resolveProvider } from '../../../../src/providers/provider.ts';

function target(id: string, model: string, continues: boolean | null = null, entry: object = {}) {
  const made = resolveProvider(
    {
      id,
      entry: { api_keys: ['key-of-it-0123'], allow_insecure: false, ...entry },
      row: findProviderRow(id),
      secret: () => undefined,
    },
    [],
  );
  if (made === undefined) throw new Error(`there is no provider ${id}`);
  return { provider: made, model, continues };
}
const OWN = { base_url: 'https://llm.example/v1' };

describe('continuesTurns', () => {
  it.each([
    ['anthropic', 'claude-sonnet-4-5', true],
    ['anthropic', 'claude-3-5-haiku-latest', true],
    ['anthropic', 'claude-opus-4-6', false],
    ['anthropic', 'claude-sonnet-5-5', false],
    ['anthropic', 'claude-mythos-preview', false],
    ['openai', 'gpt-6-luna', false],
    ['openrouter', 'anthropic/claude-sonnet-4.5', false],
    ['gemini', 'gemini-3.8-flash', false],
    ['mistral', 'mistral-large-latest', true],
    ['moonshot', 'kimi-k3', true],
    ['deepseek', 'deepseek-flash', false],
  ])('%s/%s: %s', (id, model, expected) => {
    expect(continuesTurns(target(id, model))).toBe(expected);
  });

  it.each([
    ['bedrock', 'us.anthropic.claude-haiku-4-5-20251001-v1:0', true],
    ['bedrock', 'us.anthropic.claude-opus-4-6-v1', false],
    ['bedrock', 'amazon.nova-pro-v1:0', false],
  ])('%s/%s: %s', (id, model, expected) => {
    expect(continuesTurns(target(id, model, null, { region: 'us-east-1' }))).toBe(expected);
  });

  it.each([
    ['openai-chat', 'any', true],
    ['anthropic-messages', 'claude-sonnet-4-5', true],
    ['anthropic-messages', 'other', false],
    ['openai-responses', 'any', false],
    ['cohere-chat', 'any', false],
    ['ollama-chat', 'any', false],
  ])('a server of the operator’s that speaks %s, model %s: %s', (dialect, model, expected) => {
    expect(continuesTurns(target('own', model, null, { ...OWN, dialect }))).toBe(expected);
  });

  it('takes the operator’s word for it', () => {
    expect(continuesTurns(target('openai', 'gpt-6-luna', true))).toBe(true);
    expect(continuesTurns(target('anthropic', 'claude-sonnet-4-5', false))).toBe(false);
  });

  it('knows DeepSeek’s beta address', () => {
    const beta = { base_url: 'https://api.deepseek.com/beta' };
    expect(continuesTurns(target('deepseek', 'deepseek-flash', null, beta))).toBe(true);
  });
});

describe('markOf', () => {
  it.each([
    ['mistral', 'prefix'],
    ['deepseek', 'prefix'],
    ['moonshot', 'partial'],
    ['anthropic', null],
  ])('%s: %s', (id, mark) => {
    expect(markOf(target(id, 'm'))).toBe(mark);
  });
});
