import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../../src/errors.ts';
import { suitsAfter } from '../../../../src/gateway/attempt/cause.ts';
import type { AliasRules } from '../../../../src/gateway/exchange.ts';
import { refusal, targetOf } from './support.ts';

const RULES: AliasRules['fallback_on'] = { statuses: [], context_window: true, content_policy: true };
const NEEDED = 5000;

const SMALL = targetOf('small', { contextTokens: 8000 });
const SAME = targetOf('same', { contextTokens: 8000 });
const LARGE = targetOf('large', { contextTokens: 128_000 });
const UNKNOWN = targetOf('unknown');

const namesOf = (failed = SMALL, failure = refusal(400, {}), rules = RULES): string[] | null => {
  const suits = suitsAfter(failure, failed, rules, () => NEEDED);
  return suits && [SMALL, SAME, LARGE, UNKNOWN].filter(suits).map(({ provider }) => provider.id);
};

describe('a request that is too long', () => {
  // As vendors said it, in recorded answers or in their documentation.
  it.each([
    ['OpenAI', 400, { code: 'context_length_exceeded' }],
    [
      'OpenAI Responses',
      400,
      { message: 'Your input exceeds the context window of this model. Please adjust.' },
    ],
    ['OpenAI, older', 400, { message: "This model's maximum context length is 8192 tokens. However, you" }],
    ['Anthropic', 400, { message: 'prompt is too long: 3333404 tokens > 200000 maximum' }],
    [
      'Anthropic with output',
      400,
      { message: 'input length and `max_tokens` exceed context limit: 199990 + 20000 > 200000' },
    ],
    ['Anthropic, as a size', 413, { message: 'prompt is too long' }],
    [
      'Vertex',
      400,
      { message: 'The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).' },
    ],
    ['Bedrock', 400, { message: 'Input Tokens Exceeded: Number of input tokens exceeds maximum length.' }],
    ['Bedrock, older', 400, { message: 'Input is too long for requested model.' }],
    [
      'Cohere',
      400,
      { type: 'TOO_MANY_TOKENS', message: 'too many tokens: size limit exceeded by 25836 tokens.' },
    ],
    [
      'Mistral',
      400,
      { message: 'Prompt contains 150004 tokens, too large for model with 131072 maximum context length' },
    ],
    ['DeepSeek', 400, { message: "This model's maximum context length is 1048565 tokens." }],
    ['OpenRouter', 400, { message: "This endpoint's maximum context length is 200000 tokens." }],
    [
      'Perplexity',
      400,
      { type: 'too_many_prompt_tokens', message: 'The total length of all messages is too long.' },
    ],
    [
      'vLLM',
      400,
      { message: "This model's maximum context length is 4096 tokens. However, you requested 5000" },
    ],
    ['llama.cpp', 400, { message: 'the request exceeds the available context size. try increasing it' }],
    ['Ollama', 400, { message: 'the input length exceeds the context length' }],
    ['TGI', 422, { message: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096.' }],
    ['Groq', 400, { message: 'Please reduce the length of the messages or completion.' }],
  ])('is known in the words of %s', (_vendor, status, fields) => {
    expect(namesOf(SMALL, refusal(status, fields))).toEqual(['large']);
  });

  it.each([
    [400, { message: 'Unrecognized request argument: max_token' }],
    [400, { message: '`temperature` is too high' }],
    [401, { code: 'context_length_exceeded' }],
    [404, { message: 'prompt is too long' }],
  ])('is not seen in other refusals: %i %j', (status, fields) => {
    expect(namesOf(SMALL, refusal(status, fields))).toBeNull();
  });

  it('goes to those that hold more than the one that failed, and to none of which that is not known', () => {
    const failure = refusal(400, { code: 'context_length_exceeded' });
    expect(namesOf(SMALL, failure)).toEqual(['large']);
    expect(namesOf(LARGE, failure)).toEqual([]);
  });

  it('goes, where nobody knows what the failed one holds, to those that hold all of it', () => {
    const failure = refusal(400, { code: 'context_length_exceeded' });
    expect(namesOf(UNKNOWN, failure)).toEqual(['small', 'same', 'large']);
    const suits = suitsAfter(failure, UNKNOWN, RULES, () => 8001);
    expect([SMALL, LARGE].map((target) => suits?.(target))).toEqual([false, true]);
  });

  it('stays with its failure where the operator wants that', () => {
    const rules = { ...RULES, context_window: false };
    expect(namesOf(SMALL, refusal(400, { code: 'context_length_exceeded' }), rules)).toBeNull();
  });
});

describe('a request that a content policy refuses', () => {
  const REFUSALS: [string, number, Parameters<typeof refusal>[1]][] = [
    [
      'OpenAI',
      400,
      { code: 'content_policy_violation', message: 'Your request was rejected by our safety system.' },
    ],
    ['Azure', 400, { code: 'content_filter' }],
    ['Azure, in words', 400, { message: "triggering Azure OpenAI's content management policy" }],
    ['Anthropic', 400, { message: 'Output blocked by content filtering policy' }],
    [
      'Alibaba',
      400,
      { code: 'data_inspection_failed', message: 'Input data may contain inappropriate content.' },
    ],
    ['OpenRouter', 403, { message: 'Your input was flagged for "violence". No credits were charged.' }],
    ['DeepSeek', 400, { message: 'Content Exists Risk' }],
  ];

  it.each(REFUSALS)('goes to other providers: %s', (_vendor, status, fields) => {
    const sibling = targetOf('small', { model: 'other' });
    const suits = suitsAfter(refusal(status, fields), SMALL, RULES, () => NEEDED);
    expect([sibling, LARGE, UNKNOWN].map((target) => suits?.(target))).toEqual([false, true, true]);
  });

  it.each(REFUSALS)('stays refused unless the operator opts in: %s', (_vendor, status, fields) => {
    expect(namesOf(SMALL, refusal(status, fields), { ...RULES, content_policy: false })).toBeNull();
  });
});

describe('statuses that the operator names', () => {
  const rules = { ...RULES, statuses: [404, 422] };

  it('lead to any other target', () => {
    expect(namesOf(SMALL, refusal(404, {}), rules)).toEqual(['small', 'same', 'large', 'unknown']);
    expect(namesOf(SMALL, refusal(400, {}), rules)).toBeNull();
  });

  it('say nothing of failures that are no refusals', () => {
    const failed = {
      ...refusal(422, {}),
      error: new ProviderError(422, { message: 'x', type: null, param: null, code: null }),
    };
    expect(namesOf(SMALL, failed, rules)).toBeNull();
  });
});
