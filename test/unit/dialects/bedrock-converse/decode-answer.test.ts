import { describe, expect, it } from 'vitest';
import { encodeBase64Text } from '../../../../src/dialects/base64-text.ts';
import { bedrockConverse } from '../../../../src/dialects/bedrock-converse/codec.ts';
import type { CanonicalAnswer, JsonObject, Part } from '../../../../src/dialects/canonical.ts';
import { answerOf, text } from './support.ts';

const decode = (content: readonly unknown[], fields: JsonObject = {}): CanonicalAnswer => {
  const answer = bedrockConverse.decodeAnswer(answerOf(content, fields));
  if (answer === null) throw new Error('it does not decode');
  return answer;
};
const partsOf = (...content: unknown[]): readonly Part[] => decode(content).choices[0]?.parts ?? [];
const opaque = (value: JsonObject): Part => ({ type: 'opaque', dialect: 'bedrock-converse', value });
const native = (value: JsonObject) => ({ dialect: 'bedrock-converse' as const, value });

describe('blocks', () => {
  it('are parts in their order', () => {
    const toolUse = { toolUseId: 'tooluse_1', name: 'look', input: { at: 'home' } };
    expect(partsOf({ text: 'Hi' }, { toolUse })).toEqual([
      text('Hi'),
      { type: 'tool-call', id: 'tooluse_1', name: 'look', input: '{"at":"home"}', isCustom: false },
    ]);
  });

  it.each([[{}], [null], [undefined]])(
    'wire 37: a call without arguments (%j) has an empty object',
    (input) => {
      expect(partsOf({ toolUse: { toolUseId: 'a', name: 'look', input } })).toMatchObject([{ input: '{}' }]);
    },
  );

  it('wire 15: of an empty text are none', () => {
    expect(partsOf({ text: '' }, { text: 'Hi' })).toEqual([text('Hi')]);
  });

  it('wire 43: of tools that Bedrock ran are never calls for the client', () => {
    const use = { toolUse: { type: 'server_tool_use', toolUseId: 'a', name: 'nova_grounding', input: {} } };
    const found = {
      toolResult: { toolUseId: 'a', type: 'nova_grounding_result', content: [{ text: '[HIDDEN]' }] },
    };
    expect(partsOf(use, found, { text: 'Hi' })).toEqual([opaque(use), opaque(found), text('Hi')]);
    expect(decode([use, found]).choices[0]?.finish).toBe('stop');
  });

  it('of images are images, of video and of what nobody knows are opaque', () => {
    const video = { video: { format: 'mp4', source: { bytes: 'AAAA' } } };
    expect(partsOf({ image: { format: 'jpeg', source: { bytes: 'AAAA' } } }, video, { odd: 1 })).toEqual([
      { type: 'image', source: { kind: 'inline', mediaType: 'image/jpeg', data: 'AAAA' } },
      opaque(video),
      opaque({ odd: 1 }),
    ]);
  });

  it('that are no blocks are passed over', () => {
    expect(partsOf(null, 'text', 3, {}, { text: 'Hi' })).toEqual([text('Hi')]);
  });
});

describe('reasoning', () => {
  const CLAUDES = 'EtkBCkgIEBABGAIqQIyk4xd3CqsRUUTwvw==';

  it('keeps its signature, and whose it is', () => {
    expect(partsOf({ reasoningContent: { reasoningText: { text: 'Hm', signature: CLAUDES } } })).toEqual([
      { type: 'reasoning', text: 'Hm', signature: CLAUDES, redacted: null, signer: 'anthropic' },
    ]);
  });

  it('without a signature is nobody’s', () => {
    expect(partsOf({ reasoningContent: { reasoningText: { text: 'Hm' } } })).toEqual([
      { type: 'reasoning', text: 'Hm', signature: null, redacted: null, signer: 'other' },
    ]);
  });

  it('of Claude that is redacted is unwrapped to what Anthropic’s own API gives', () => {
    expect(partsOf({ reasoningContent: { redactedContent: encodeBase64Text(CLAUDES) } })).toEqual([
      { type: 'reasoning', text: '', signature: null, redacted: CLAUDES, signer: 'anthropic' },
    ]);
  });

  it('of other models that is redacted stays as it is, for Bedrock only', () => {
    const data = encodeBase64Text('gAAAAABo-encrypted');
    expect(partsOf({ reasoningContent: { redactedContent: data } })).toMatchObject([
      { redacted: data, signer: 'amazon' },
    ]);
  });

  it.each(['[REDACTED].', '[REDACTED]'])('wire 80: %s is no reasoning', (note) => {
    const block = { reasoningContent: { reasoningText: { text: note } } };
    expect(partsOf(block, { text: '345' })).toEqual([opaque(block), text('345')]);
  });
});

describe('citations', () => {
  const page = {
    title: 'sample',
    sourceContent: [{ text: 'Lorem ' }, { text: 'ipsum' }],
    location: { documentPage: { documentIndex: 0, start: 1, end: 2 } },
  };
  const web = { location: { web: { url: 'https://example.com/a', domain: 'example.com' } } };
  const ofPage = { url: null, title: 'sample', citedText: 'Lorem ipsum', span: null, native: native(page) };
  const ofWeb = {
    url: 'https://example.com/a',
    title: null,
    citedText: null,
    span: null,
    native: native(web),
  };

  it('wire 16: bring the text that they support', () => {
    const content = [{ text: 'The text is ' }, { text: 'this' }];
    expect(partsOf({ citationsContent: { content, citations: [page] } }, { text: ', and' })).toEqual([
      { ...text('The text is this'), citations: [ofPage] },
      text(', and'),
    ]);
  });

  it('without text belong to the text before them', () => {
    const blocks = [
      { text: 'Yes' },
      { citationsContent: { citations: [web] } },
      { citationsContent: { citations: [page] } },
    ];
    expect(partsOf(...blocks, { text: '.' })).toEqual([
      { ...text('Yes'), citations: [ofWeb, ofPage] },
      text('.'),
    ]);
  });

  it('without any text at all are kept', () => {
    expect(partsOf({ citationsContent: { content: null, citations: [web] } })).toEqual([
      { ...text(''), citations: [ofWeb] },
    ]);
    expect(partsOf({ citationsContent: { citations: null } })).toEqual([]);
  });

  it('take a source for a URL only if it is one', () => {
    const urlOf = (source: string) =>
      partsOf({ citationsContent: { content: [{ text: 'a' }], citations: [{ source }] } });
    expect(urlOf('https://example.com')).toMatchObject([{ citations: [{ url: 'https://example.com' }] }]);
    expect(urlOf('handbook.pdf')).toMatchObject([{ citations: [{ url: null }] }]);
  });
});

describe('the ending', () => {
  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['tool_use', 'tool-calls'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['content_filtered', 'content-filter'],
    ['guardrail_intervened', 'content-filter'],
    ['something_new', 'stop'],
    [null, 'stop'],
  ])('traps D14: %s is %s', (stopReason, finish) => {
    expect(decode([{ text: 'Hi' }], { stopReason }).choices[0]).toMatchObject({
      finish,
      nativeFinish: stopReason,
    });
  });

  it('wire 52: of a guardrail keeps the masked text', () => {
    const answer = decode([{ text: '{ADDRESS} is it.' }], { stopReason: 'guardrail_intervened' });
    expect(answer.choices[0]?.parts).toEqual([text('{ADDRESS} is it.')]);
  });

  it('traps C8: with calls is never a plain stop', () => {
    const toolUse = { toolUseId: 'a', name: 'look', input: {} };
    expect(decode([{ toolUse }]).choices[0]).toMatchObject({
      finish: 'tool-calls',
      nativeFinish: 'end_turn',
    });
    expect(decode([{ toolUse }], { stopReason: 'max_tokens' }).choices[0]?.finish).toBe('length');
  });

  it.each(['malformed_model_output', 'malformed_tool_use'])('%s is no answer', (stopReason) => {
    expect(bedrockConverse.decodeAnswer(answerOf([{ text: 'Hi' }], { stopReason }))).toBeNull();
  });

  it('names the stop sequence where the model tells it', () => {
    const additionalModelResponseFields = { stop_sequence: 'END' };
    const answer = decode([{ text: 'Hi' }], { stopReason: 'stop_sequence', additionalModelResponseFields });
    expect(answer.choices[0]?.stopSequence).toBe('END');
  });
});

describe('what stands beside', () => {
  it('wire 55: counts the cache as input', () => {
    const usage = { inputTokens: 10, outputTokens: 4, cacheReadInputTokens: 30, cacheWriteInputTokens: 20 };
    expect(decode([], { usage }).usage).toEqual({
      inputTokens: 60,
      outputTokens: 4,
      cacheReadTokens: 30,
      cacheWriteTokens: 20,
      reasoningTokens: 0,
      estimated: false,
    });
  });

  it.each([[null], [{}], [{ inputTokens: null }], ['none'], [{ inputTokens: -1 }]])(
    'is no usage of %j',
    (usage) => {
      expect(decode([], { usage }).usage).toBeNull();
    },
  );

  it('names the tier in OpenAI’s words, and keeps the rest but for a guardrail’s trace', () => {
    const answer = decode([], {
      serviceTier: { type: 'flex' },
      performanceConfig: { latency: 'optimized' },
      trace: { guardrail: { modelOutput: ['the secret'] } },
    });
    expect(answer.serviceTier).toBe('flex');
    expect(answer.extra).toEqual({ 'bedrock-converse': { performanceConfig: { latency: 'optimized' } } });
    expect(decode([], { serviceTier: { type: 'reserved' } })).not.toHaveProperty('serviceTier');
  });
});

it.each([
  [null],
  ['text'],
  [[]],
  [{}],
  [{ message: 'Too many requests' }],
  [{ output: null }],
  [{ output: { message: null } }],
  [{ output: { message: { content: 'text' } } }],
])('is no answer: %j', (body) => {
  expect(bedrockConverse.decodeAnswer(body)).toBeNull();
});
