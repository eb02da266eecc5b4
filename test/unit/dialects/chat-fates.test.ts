/**
 * Holds every codec to its table of fates: each field has a request that asks for it, and each form does with it what
 * its table says. What a mapped field becomes stands in the codecs' own tests.
 */
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, JsonObject, Part } from '../../../src/dialects/canonical.ts';
import { CHAT_FATES, NATIVE_FATES } from '../../../src/dialects/chat-fates.ts';
import { openaiChat } from '../../../src/dialects/openai-chat/codec.ts';
import { UPSTREAM_CODECS } from '../../../src/dialects/registry.ts';
import { REQUEST_FIELDS, type RequestField } from '../../../src/dialects/request-fields.ts';
import type { DialectId } from '../../../src/providers/provider-row.ts';
import { refusedField } from '../../support/refused-field.ts';

/** Models that can do what is asked for, where their form can. */
const MODELS: Readonly<Record<DialectId, string>> = {
  'openai-chat': 'gpt-5.2',
  'openai-responses': 'gpt-5.2',
  'anthropic-messages': 'claude-sonnet-4-5',
  gemini: 'gemini-3-pro-preview',
  'bedrock-converse': 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  'cohere-chat': 'command-a-reasoning-08-2025',
  'ollama-chat': 'qwen3',
};

interface Sample {
  /** A chat client's words for it. */
  readonly fields?: JsonObject;
  /** Where the chat form has no words, or keeps them for itself. */
  readonly canonical?: Partial<CanonicalRequest>;
  /** The same request without the field. */
  readonly without?: JsonObject;
  /** In `dropped`, if not the field itself. */
  readonly named?: string;
  /** What is refused, if not the field itself. */
  readonly refusedAt?: string;
}

const content = (...parts: JsonObject[]): JsonObject => ({ messages: [{ role: 'user', content: parts }] });
const answered = (fields: JsonObject): JsonObject => ({
  messages: [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Yes', ...fields },
    { role: 'user', content: 'So?' },
  ],
});
const TEXT = { type: 'text', text: 'Hi' };
const PNG = { url: 'data:image/png;base64,AAAA' };
const file = (fields: JsonObject): JsonObject => ({
  type: 'file',
  file: { file_data: 'data:application/pdf;base64,AAAA', ...fields },
});
const called = (fields: JsonObject): JsonObject => ({
  messages: [
    { role: 'user', content: 'Hi' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' }, ...fields }],
    },
    { role: 'tool', tool_call_id: 'a', content: 'found' },
  ],
});
const parameters = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] };
const tools = (fields: JsonObject = {}): JsonObject => ({
  tools: [{ type: 'function', function: { name: 'f', parameters, ...fields } }],
});
const functions = { functions: [{ name: 'f', parameters }] };
const audio = { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } };

const TURNS: CanonicalRequest['turns'] = [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }];
const CITED: Part = {
  type: 'text',
  text: 'Yes',
  citations: [
    {
      url: 'https://a.test',
      title: 'A',
      citedText: null,
      span: { start: 0, end: 3 },
      native: { dialect: 'openai-responses', value: {} },
    },
  ],
};

const SAMPLES: Readonly<Record<RequestField, Sample>> = {
  model: { fields: {} },
  messages: { fields: { messages: [{ role: 'user', content: 'Something else' }] } },
  'messages.name': { fields: { messages: [{ role: 'user', content: 'Hi', name: 'Ann' }] } },
  'messages.refusal': {
    fields: answered({ content: null, refusal: 'No' }),
    without: answered({}),
  },
  'messages.audio': { fields: answered({ audio: { id: 'audio_1' } }), without: answered({}) },
  'messages.image_url': {
    fields: content(TEXT, { type: 'image_url', image_url: PNG }),
    without: content(TEXT),
  },
  'messages.image_url.detail': {
    fields: content(TEXT, { type: 'image_url', image_url: { ...PNG, detail: 'low' } }),
    without: content(TEXT, { type: 'image_url', image_url: PNG }),
  },
  'messages.input_audio': {
    fields: content(TEXT, { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }),
    without: content(TEXT),
    refusedAt: 'messages[0].content[1]',
  },
  'messages.file': {
    fields: content(TEXT, file({})),
    without: content(TEXT),
    refusedAt: 'messages[0].content[1]',
  },
  'messages.file.filename': {
    fields: content(TEXT, file({ filename: 'a.pdf' })),
    without: content(TEXT, file({})),
    refusedAt: 'messages[0].content[1]',
  },
  'messages.tool_calls': { fields: { ...called({}), ...tools() }, without: tools() },
  'messages.is_error': {
    canonical: {
      turns: [
        ...TURNS,
        {
          role: 'assistant',
          parts: [{ type: 'tool-call', id: 'a', name: 'f', input: '{}', isCustom: false }],
        },
        {
          role: 'tool',
          parts: [
            {
              type: 'tool-result',
              callId: 'a',
              name: 'f',
              content: [{ type: 'text', text: 'no' }],
              isError: true,
            },
          ],
        },
      ],
    },
  },
  'messages.reasoning_content': {
    fields: answered({ reasoning_content: 'Hm' }),
    without: answered({}),
  },
  'messages.annotations': {
    canonical: { turns: [...TURNS, { role: 'assistant', parts: [CITED] }, ...TURNS] },
  },
  'messages.extra_content': {
    fields: { ...called({ extra_content: { google: { thought_signature: 'QUFB' } } }), ...tools() },
    without: { ...called({}), ...tools() },
  },
  cache_control: {
    fields: content({ ...TEXT, cache_control: { type: 'ephemeral' } }),
    without: content(TEXT),
  },
  tools: { fields: tools() },
  'tools.strict': { fields: tools({ strict: true }), without: tools() },
  tool_choice: { fields: { ...tools(), tool_choice: 'none' }, without: tools() },
  parallel_tool_calls: { fields: { ...tools(), parallel_tool_calls: false }, without: tools() },
  functions: { fields: functions },
  function_call: { fields: { ...functions, function_call: 'none' }, without: functions },
  max_tokens: { fields: { max_tokens: 50 } },
  max_completion_tokens: { fields: { max_completion_tokens: 50 } },
  temperature: { fields: { temperature: 0.5 } },
  top_p: { fields: { top_p: 0.5 } },
  top_k: { canonical: { topK: 5 } },
  frequency_penalty: { fields: { frequency_penalty: 0.5 } },
  presence_penalty: { fields: { presence_penalty: 0.5 } },
  logit_bias: { fields: { logit_bias: { 1: 5 } } },
  logprobs: { fields: { logprobs: true } },
  top_logprobs: { fields: { logprobs: true, top_logprobs: 2 }, without: { logprobs: true } },
  seed: { fields: { seed: 5 } },
  n: { fields: { n: 2 } },
  stop: { fields: { stop: ['END'] } },
  response_format: {
    fields: { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: parameters } } },
  },
  reasoning_effort: { fields: { reasoning_effort: 'low' } },
  'thinking.budget_tokens': {
    fields: { thinking: { type: 'enabled', budget_tokens: 2000 } },
    without: { thinking: { type: 'enabled' } },
  },
  'reasoning.summary': {
    canonical: { reasoning: { isEnabled: true, effort: null, budgetTokens: null, summary: 'auto' } },
  },
  modalities: { fields: audio, without: { audio: audio.audio } },
  audio: { fields: { audio: audio.audio } },
  prediction: { fields: { prediction: { type: 'content', content: 'a' } } },
  web_search_options: { fields: { web_search_options: {} } },
  moderation: { fields: { moderation: { model: 'omni-moderation-latest' } } },
  verbosity: { fields: { verbosity: 'low' } },
  service_tier: { fields: { service_tier: 'priority' } },
  prompt_cache_key: { fields: { prompt_cache_key: 'k' } },
  prompt_cache_options: { fields: { prompt_cache_options: { mode: 'explicit' } } },
  prompt_cache_retention: { fields: { prompt_cache_retention: '24h' } },
  store: { fields: { store: true } },
  metadata: { fields: { metadata: { team: 'a' } }, named: 'metadata.team' },
  user: { fields: { user: 'u' } },
  safety_identifier: { fields: { safety_identifier: 'u' } },
  stream: { fields: { stream: true } },
  stream_options: { fields: { stream: true, stream_options: { include_usage: true } } },
};

/** Mapped, and yet the body is as it was: it stands in the path, or is done whether it is asked for or not. */
const NOT_IN_BODY: readonly RequestField[] = ['model', 'stream', 'stream_options', 'reasoning.summary'];

const DIALECTS = Object.keys(CHAT_FATES) as DialectId[]; // its keys

const toCanonical = (fields: JsonObject): CanonicalRequest =>
  openaiChat.decodeRequest({ model: 'a', messages: [{ role: 'user', content: 'Hi' }], ...fields });

function send(dialect: DialectId, { fields = {}, canonical = {} }: Sample) {
  const request = { ...toCanonical(fields), ...canonical };
  return UPSTREAM_CODECS[dialect].encodeRequest(request, { model: MODELS[dialect] });
}

/** The field that a refusal names. */
const refusalOf = (dialect: DialectId, sample: Sample): string | null =>
  refusedField(() => send(dialect, sample));

describe('the list of fields', () => {
  it('has every field of a chat request that the OpenAI SDK knows', () => {
    type Missing = Exclude<keyof OpenAI.ChatCompletionCreateParams, RequestField>;
    const missing: Missing[] = []; // compiles only if there is none
    const none: never[] = missing;
    expect(none).toEqual([]);
  });

  it('names each once', () => {
    expect(new Set(REQUEST_FIELDS).size).toBe(REQUEST_FIELDS.length);
  });
});

describe.each(DIALECTS)('the table of %s', (dialect) => {
  it('tells of every field, in the order of the list', () => {
    expect(Object.keys(CHAT_FATES[dialect])).toEqual([...REQUEST_FIELDS]);
    const native = Object.keys(NATIVE_FATES[dialect] ?? {});
    expect(native.filter((name) => REQUEST_FIELDS.some((field) => field === name))).toEqual([]);
  });

  it.each(REQUEST_FIELDS)('%s: the codec does what it says', (field) => {
    const sample = SAMPLES[field];
    const { fate } = CHAT_FATES[dialect][field];
    if (fate === 'refused') {
      expect(refusalOf(dialect, sample)).toBe(sample.refusedAt ?? field);
      return;
    }
    const { body, dropped } = send(dialect, sample);
    const before = send(dialect, { fields: sample.without ?? {} });
    const named = dropped.filter((name) => !before.dropped.includes(name));
    expect(named).toEqual(fate === 'dropped' ? [sample.named ?? field] : []);
    if (fate === 'dropped' || NOT_IN_BODY.includes(field)) return;
    expect(JSON.stringify(body)).not.toBe(JSON.stringify(before.body));
  });

  it.each(['top_k', 'thinking.budget_tokens'] as const)(
    '%s in a chat client’s words is named only if it is lost',
    (field) => {
      const fields = {
        top_k: { top_k: 5 },
        'thinking.budget_tokens': SAMPLES['thinking.budget_tokens'].fields,
      }[field];
      const isLost = dialect !== 'openai-chat' && CHAT_FATES[dialect][field].fate === 'dropped'; // it keeps its own words
      expect(send(dialect, { fields: fields ?? {} }).dropped).toEqual(isLost ? [field] : []);
    },
  );

  it('speaks of nothing that asks for nothing', () => {
    const fields = {
      n: 1,
      frequency_penalty: 0,
      presence_penalty: 0,
      logit_bias: null,
      store: false,
      modalities: ['text'],
      stop: [],
      stream: false,
      user: '',
      metadata: {},
    };
    expect(send(dialect, { fields }).dropped).toEqual([]);
  });
});
