import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, JsonObject } from '../../../../src/dialects/canonical.ts';
import {
  assistant,
  CLAUDE,
  call,
  encode,
  GPT,
  NOVA,
  refusalOf,
  result,
  TOOL,
  thought,
  user,
} from './support.ts';

const LLAMA = 'us.meta.llama3-3-70b-instruct-v1:0';
const PROFILE = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123';

const additionalOf = (fields: Partial<CanonicalRequest>, model?: string) =>
  encode(fields, model).body.additionalModelRequestFields;

describe('reasoning', () => {
  const reasoning = (
    effort: string | null,
    budgetTokens: number | null = null,
    isEnabled: boolean | null = true,
  ) => ({
    reasoning: { isEnabled, effort, budgetTokens },
  });

  it.each<[string, Partial<CanonicalRequest>, string, unknown]>([
    [
      'Claude 4.5, with a budget',
      reasoning('low'),
      CLAUDE,
      { thinking: { type: 'enabled', budget_tokens: 2048 } },
    ],
    [
      'Claude 4.5, with the client’s own',
      reasoning(null, 5000),
      CLAUDE,
      { thinking: { type: 'enabled', budget_tokens: 5000 } },
    ],
    [
      'Claude 4.7, as it sees fit',
      reasoning('high'),
      'us.anthropic.claude-opus-4-7',
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high' } },
    ],
    ['Claude, not at all', reasoning(null, null, false), CLAUDE, { thinking: { type: 'disabled' } }],
    [
      'Claude 4.7, if it thinks',
      reasoning('low', null, null),
      'us.anthropic.claude-opus-4-7',
      { output_config: { effort: 'low' } },
    ],
    ['Nova 2', reasoning('low'), NOVA, { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }],
    [
      'Nova 2, least',
      reasoning('minimal'),
      NOVA,
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } },
    ],
    [
      'Nova 2, unsaid',
      reasoning(null),
      NOVA,
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } },
    ],
    [
      'Nova 2, by budget',
      reasoning(null, 20_000),
      NOVA,
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } },
    ],
    ['Nova 2, not at all', reasoning(null, null, false), NOVA, undefined],
    ['gpt-oss', reasoning('high'), 'openai.gpt-oss-120b-1:0', { reasoning_effort: 'high' }],
    ['GPT', reasoning('xhigh'), GPT, { reasoning: { effort: 'xhigh' } }],
    ['GPT, not at all', reasoning(null, null, false), GPT, { reasoning: { effort: 'none' } }],
    ['Kimi', reasoning('low'), 'moonshot.kimi-k2-thinking', { reasoning_effort: 'low' }],
    ['Llama, not at all', reasoning(null, null, false), LLAMA, undefined],
  ])('%s', (_, fields, model, expected) => {
    expect(additionalOf(fields, model)).toEqual(expected);
    expect(encode(fields, model).dropped).toEqual([]);
  });

  it.each<[string, Partial<CanonicalRequest>, string, unknown]>([
    ['Llama has none', reasoning('low'), LLAMA, undefined],
    ['Nova 1 has none', reasoning('low'), 'amazon.nova-pro-v1:0', undefined],
    ['Claude 3 has none', reasoning('low'), 'anthropic.claude-3-haiku-20240307-v1:0', undefined],
    ['gpt-oss always thinks', reasoning(null, null, false), 'openai.gpt-oss-20b-1:0', undefined],
    ['Nova thinks when it is told', reasoning('low', null, null), NOVA, undefined],
    ['gpt-oss has no more', reasoning('max'), 'openai.gpt-oss-20b-1:0', { reasoning_effort: 'high' }],
    [
      'Nova takes no limit at its highest',
      { ...reasoning('high'), maxOutputTokens: 100 },
      NOVA,
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } },
    ],
  ])('is named where %s', (_, fields, model, expected) => {
    expect(additionalOf(fields, model)).toEqual(expected);
    expect(encode(fields, model).dropped).toEqual(['reasoning_effort']);
  });

  it('keeps a budget below the limit, and sets one where there is none', () => {
    const limitOf = (fields: Partial<CanonicalRequest>) =>
      (encode(fields).body.inferenceConfig as { maxTokens: number }).maxTokens;
    expect(limitOf({ ...reasoning('high'), maxOutputTokens: 20_000 })).toBe(20_000);
    expect(limitOf(reasoning(null, 50_000))).toBeGreaterThan(50_000);
  });

  it('is off for a turn that goes on after another model’s call', () => {
    const turns = [user('Hi'), assistant(call('a')), result('a')];
    expect(encode({ turns, ...reasoning('low') }).dropped).toEqual(['reasoning_effort']);
    const whole = [user('Hi'), assistant(thought('Hm', 'EtkBCkgIEBABGAIqQIyk4xd3'), call('a')), result('a')];
    expect(additionalOf({ turns: whole, ...reasoning('low') })).toHaveProperty('thinking');
  });
});

describe('sampling', () => {
  it.each<[string, Partial<CanonicalRequest>, string, JsonObject | undefined, string[]]>([
    ['as it is', { temperature: 0, topP: 0.5 }, LLAMA, { temperature: 0, topP: 0.5 }, []],
    ['bounded', { temperature: 1.5 }, NOVA, { temperature: 1 }, ['temperature']],
    [
      'one of two, since Claude 4.1',
      { temperature: 0.5, topP: 0.5 },
      CLAUDE,
      { temperature: 0.5 },
      ['top_p'],
    ],
    [
      'none, since Claude 4.7',
      { temperature: 0.5, topP: 0.5, topK: 3 },
      'us.anthropic.claude-opus-4-7',
      undefined,
      ['temperature', 'top_p', 'top_k'],
    ],
    [
      'none at Nova’s highest effort',
      {
        temperature: 0.5,
        topP: 0.5,
        topK: 3,
        reasoning: { isEnabled: true, effort: 'high', budgetTokens: null },
      },
      NOVA,
      undefined,
      ['temperature', 'top_p', 'top_k'],
    ],
  ])('traps D17: %s', (_, fields, model, inferenceConfig, dropped) => {
    const encoded = encode(fields, model);
    expect(encoded.body.inferenceConfig).toEqual(inferenceConfig);
    expect(encoded.dropped).toEqual(dropped);
  });

  it('beside Claude’s thinking is what that allows', () => {
    const reasoning = { isEnabled: true, effort: 'low', budgetTokens: null };
    const { body, dropped } = encode({
      reasoning,
      temperature: 0,
      topP: 0.97,
      topK: 3,
      maxOutputTokens: 9000,
    });
    expect(body.inferenceConfig).toEqual({ maxTokens: 9000, topP: 0.97 });
    expect(dropped).toEqual(['temperature', 'top_k']);
  });

  it.each([
    [CLAUDE, { top_k: 5 }],
    [NOVA, { inferenceConfig: { topK: 5 } }],
    ['amazon.nova-lite-v1:0', { inferenceConfig: { topK: 5 } }],
    [LLAMA, undefined],
  ])('top_k for %s stands in %j', (model, expected) => {
    expect(additionalOf({ topK: 5 }, model)).toEqual(expected);
    expect(encode({ topK: 5 }, model).dropped).toEqual(expected === undefined ? ['top_k'] : []);
  });

  it('asks Claude which stop sequence it met, and leaves blank ones out', () => {
    const { body, dropped } = encode({ stop: ['END', '\n'] });
    expect(body).toMatchObject({
      inferenceConfig: { stopSequences: ['END'] },
      additionalModelResponseFieldPaths: ['/stop_sequence'],
    });
    expect(dropped).toEqual(['stop']);
    expect(encode({ stop: ['END', '\n'] }, NOVA).body).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      inferenceConfig: { stopSequences: ['END', '\n'] },
    });
  });
});

describe('the rest', () => {
  it.each<[string, Partial<CanonicalRequest>]>([
    ['n', { choices: 2 }],
    ['response_format', { responseFormat: { kind: 'json' } }],
    ['max_tokens', { maxOutputTokens: 0 }],
    ['modalities', { extra: { 'openai-chat': { modalities: ['text', 'audio'] } } }],
    ['guardrailConfig', { extra: { 'openai-chat': { guardrailConfig: 'strict' } } }],
    [
      'additionalModelResponseFieldPaths',
      { extra: { 'openai-chat': { additionalModelResponseFieldPaths: 'a' } } },
    ],
  ])('%s is refused by name', (param, fields) => {
    expect(refusalOf(fields)).toBe(param);
  });

  it.each([
    [null, undefined],
    ['auto', undefined],
    ['default', { type: 'default' }],
    ['flex', { type: 'flex' }],
    ['priority', { type: 'priority' }],
    ['standard_only', { type: 'default' }],
  ])('the tier %s is %j', (serviceTier, expected) => {
    const { body, dropped } = encode({ serviceTier });
    expect([body.serviceTier, dropped]).toEqual([expected, []]);
  });

  it('metadata goes to the log as far as it takes it', () => {
    const { body, dropped } = encode({ metadata: { team: 'a', motto: 'per aspera — ad astra', number: 3 } });
    expect(body.requestMetadata).toEqual({ team: 'a' });
    expect(dropped).toEqual(['metadata.motto', 'metadata.number']);
  });

  it('any client may write the form’s own fields, which win over ours', () => {
    const own = {
      guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' },
      performanceConfig: { latency: 'optimized' },
      requestMetadata: { team: 'b' },
      serviceTier: { type: 'reserved' },
      promptVariables: { a: { text: 'b' } },
      additionalModelRequestFields: { top_k: 7, anthropic_beta: ['x'] },
      additionalModelResponseFieldPaths: ['/stop_sequence', '/a'],
    };
    const { body, dropped } = encode({
      extra: { 'openai-chat': own },
      metadata: { team: 'a', run: '1' },
      serviceTier: 'flex',
      topK: 5,
      stop: ['END'],
    });
    expect(body).toMatchObject({ ...own, requestMetadata: { team: 'b', run: '1' } });
    expect(dropped).toEqual([]);
  });

  it('traps D19: equal requests are equal bytes, and the model stands in the path only', () => {
    const fields = { tools: [TOOL], temperature: 0.5, stop: ['a'], metadata: { b: '1', a: '2' } };
    expect(JSON.stringify(encode(fields).body)).toBe(JSON.stringify(encode(structuredClone(fields)).body));
    expect(encode({ wantsStream: true }).body).toEqual(encode().body);
  });

  it('finds the family behind regions, ARNs and capitals', () => {
    const fields = { topK: 5 };
    const models = [
      'anthropic.claude-haiku-4-5-20251001-v1:0',
      'global.anthropic.claude-haiku-4-5-20251001-v1:0',
      'arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0',
      'arn:aws:bedrock:us-east-1::foundation-model/Anthropic.Claude-haiku-4-5-20251001-v1:0',
    ];
    for (const model of models) expect(additionalOf(fields, model)).toEqual({ top_k: 5 });
    expect(additionalOf(fields, PROFILE)).toBeUndefined();
    expect(additionalOf(fields, 'imported.my-anthropic.claude-copy')).toBeUndefined();
  });
});

describe('fields that are dropped', () => {
  it('names nothing for a request that asks for nothing special', () => {
    const fields = {
      frequencyPenalty: 0,
      presencePenalty: 0,
      choices: 1,
      user: '',
      extra: { 'openai-chat': { modalities: ['text'], store: false, logit_bias: null } },
    };
    for (const model of [CLAUDE, NOVA, LLAMA, GPT, PROFILE]) {
      expect(encode(fields, model)).toEqual({
        body: { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] },
        dropped: [],
      });
    }
  });
});
