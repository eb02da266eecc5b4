import { describe, expect, it } from 'vitest';
import { type ShadowSide, toShadowLine } from '../../../src/telemetry/shadow-log.ts';

const FACTS = { outputCharacters: 10, finish: 'stop', tools: ['a', 'b'], isJson: true };
const SIDE: ShadowSide = {
  provider: 'one',
  model: 'm1',
  attempts: 1,
  ending: 'complete',
  errorCode: null,
  latencyMs: 120,
  firstTokenMs: 40,
  costNanoUsd: 1500,
  usage: {
    inputTokens: 5,
    outputTokens: 2,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    estimated: false,
  },
  facts: FACTS,
};
const RECORD = {
  requestId: 'req_1',
  project: 'p',
  route: '/v1/chat/completions',
  alias: 'fast',
  wantsStream: true,
  wantsJson: false,
  primary: SIDE,
};
const same = (facts: Partial<typeof FACTS>) =>
  toShadowLine({ ...RECORD, shadow: { ...SIDE, facts: { ...FACTS, ...facts } } });

describe('toShadowLine', () => {
  it('tells both sides, by the names of the operations page', () => {
    const shadow: ShadowSide = {
      ...SIDE,
      provider: 'two',
      model: 'm2',
      ending: 'timeout',
      errorCode: 'provider_timeout',
      firstTokenMs: null,
      costNanoUsd: null,
      usage: null,
      facts: null,
    };
    expect(toShadowLine({ ...RECORD, shadow })).toEqual({
      type: 'shadow',
      request_id: 'req_1',
      project: 'p',
      route: '/v1/chat/completions',
      alias: 'fast',
      stream: true,
      wants_json: false,
      primary: {
        provider: 'one',
        model: 'm1',
        attempts: 1,
        ending: 'complete',
        error_code: null,
        latency_ms: 120,
        first_token_ms: 40,
        cost_usd: 0.0000015,
        input_tokens: 5,
        output_tokens: 2,
        output_characters: 10,
        finish_reason: 'stop',
        tools: ['a', 'b'],
        is_json: true,
      },
      shadow: {
        provider: 'two',
        model: 'm2',
        attempts: 1,
        ending: 'timeout',
        error_code: 'provider_timeout',
        latency_ms: 120,
        first_token_ms: null,
        cost_usd: null,
        input_tokens: null,
        output_tokens: null,
        output_characters: null,
        finish_reason: null,
        tools: null,
        is_json: null,
      },
      same: null,
    });
  });

  it.each([
    ['nothing', {}, {}],
    ['how it ended', { finish: 'tool-calls' }, { finish_reason: false }],
    ['the order of tools', { tools: ['b', 'a'] }, { tool_order: false }],
    ['how often a tool is called', { tools: ['a', 'b', 'b'] }, { tool_order: false }],
    ['the tools', { tools: ['a', 'c'] }, { tools: false, tool_order: false }],
    ['whether it is JSON', { isJson: false }, { is_json: false }],
    ['how long it is', { outputCharacters: 99 }, {}],
  ])('says where they are alike: they differ in %s', (_, facts, different) => {
    const alike = { finish_reason: true, tools: true, tool_order: true, is_json: true };
    expect(same(facts)).toMatchObject({ same: { ...alike, ...different } });
  });

  it('writes finish reasons as OpenAI does', () => {
    expect(same({ finish: 'content-filter' })).toMatchObject({ shadow: { finish_reason: 'content_filter' } });
  });
});
