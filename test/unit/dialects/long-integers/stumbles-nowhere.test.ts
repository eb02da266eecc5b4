/** Long numbers are objects to JavaScript: no codec may stumble over one, wherever it stands. */
import { describe, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { DOOR_CODECS, UPSTREAM_CODECS } from '../../../../src/dialects/registry.ts';
import type { DoorDialect } from '../../../../src/dialects/routes.ts';
import { InvalidRequest } from '../../../../src/errors.ts';
import { parseExact } from '../../../../src/exact-json.ts';
import { isRecord } from '../../../../src/is-record.ts';
import { requestWith } from '../../../support/canonical.ts';
import { ANSWERS, framesOf, LONG } from './answers.ts';
import { DOORS, decode, REQUESTS, UPSTREAMS } from './requests.ts';

/** `text` with each of its values in turn replaced by a long number, and with one more in each object. */
function replacements(text: string): string[] {
  const found: string[] = [];
  const walk = (value: unknown, write: (text: string) => string): void => {
    found.push(write(LONG));
    if (Array.isArray(value)) {
      const list = value.map((one) => JSON.stringify(one));
      value.forEach((one, at) => {
        walk(one, (replaced) => write(`[${list.with(at, replaced).join()}]`));
      });
    } else if (isRecord(value)) {
      const entries = Object.entries(value);
      const members = entries.map(([key, one]) => `${JSON.stringify(key)}:${JSON.stringify(one)}`);
      found.push(write(`{${[...members, `"more":${LONG}`].join()}}`));
      entries.forEach(([key, one], at) => {
        walk(one, (replaced) => {
          const member = `${JSON.stringify(key)}:${replaced}`;
          return write(`{${members.with(at, member).join()}}`);
        });
      });
    }
  };
  walk(JSON.parse(text), (replaced) => replaced);
  return found;
}

describe('a long number where something else belongs', () => {
  it.each(Object.entries(ANSWERS))('%s: no decoder or encoder throws', (_, [dialect, { whole, stream }]) => {
    const codec = UPSTREAM_CODECS[dialect];
    for (const text of replacements(whole)) {
      const body = parseExact(text);
      codec.readError(body, new Headers());
      const answer = codec.decodeAnswer(body);
      if (answer === null) continue;
      for (const door of DOORS) JSON.stringify(DOOR_CODECS[door].encodeAnswer(answer, requestWith()));
    }
    stream.forEach((one, at) => {
      const [name, data] = typeof one === 'string' ? [null, one] : one;
      for (const text of replacements(data)) {
        const frames = framesOf(stream);
        frames[at] = { name, data: text };
        const decoder = codec.createStreamDecoder();
        const events = [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
        for (const door of DOORS) {
          const encoder = DOOR_CODECS[door].createStreamEncoder(requestWith());
          for (const event of events) encoder.encode(event);
          encoder.end();
        }
      }
    });
  });

  it.each(DOORS)('%s: the request is refused, or reaches every form', (door) => {
    for (const text of replacements(MANY_FIELDS[door])) {
      attempt(() => {
        const request = decode(door, text);
        for (const upstream of UPSTREAMS) {
          attempt(() => JSON.stringify(UPSTREAM_CODECS[upstream].encodeRequest(request, { model: 'm' })));
        }
      });
    }
  });
});

/** Lets refusals pass. */
function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
  }
}

const withMore = (text: string, more: JsonObject): string =>
  JSON.stringify({ ...more, ...(JSON.parse(text) as JsonObject) });

const WIDE_SCHEMA = {
  type: ['object', 'null'],
  $defs: { one: { type: 'integer', exclusiveMaximum: 5 } },
  properties: { a: { $ref: '#/$defs/one' }, b: { allOf: [{ required: ['x'] }], oneOf: [{ const: 1 }] } },
  required: ['a'],
  additionalProperties: { type: 'string', pattern: 'a', format: 'date', minItems: 1 },
};
const MEDIA = 'data:image/png;base64,AAAA';
const MANY_FIELDS: Readonly<Record<DoorDialect, string>> = {
  'openai-chat': withMore(REQUESTS['openai-chat'][1], {
    messages: [
      {
        role: 'system',
        content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      },
      { role: 'user', name: 'n', content: [{ type: 'image_url', image_url: { url: MEDIA, detail: 'low' } }] },
      {
        role: 'assistant',
        content: 'b',
        reasoning_details: [
          { type: 'reasoning.text', text: 'c', format: 'anthropic-claude-v1', index: 0, signature: 's' },
        ],
      },
      { role: 'user', content: 'Hi' },
    ],
    tools: [{ type: 'function', function: { name: 'look', parameters: WIDE_SCHEMA, strict: true } }],
    tool_choice: { type: 'function', function: { name: 'look' } },
    max_tokens: 9,
    temperature: 0.5,
    top_k: 5,
    stop: ['x'],
    n: 1,
    logit_bias: { 5: 1 },
    modalities: ['text'],
    metadata: { a: 'b' },
    user: 'u',
    service_tier: 'auto',
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema: WIDE_SCHEMA, strict: true } },
    reasoning: { effort: 'low', max_tokens: 1024, enabled: true },
    thinking: { type: 'enabled', budget_tokens: 1024 },
    options: { num_ctx: 5 },
    keep_alive: 5,
  }),
  'openai-responses': withMore(REQUESTS['openai-responses'][1], {
    instructions: 'a',
    max_output_tokens: 9,
    text: { format: { type: 'json_schema', name: 'a', schema: WIDE_SCHEMA, strict: true }, verbosity: 'low' },
    reasoning: { effort: 'low', summary: 'auto' },
    include: ['reasoning.encrypted_content'],
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'look' }] },
    metadata: { a: 'b' },
    top_logprobs: 2,
  }),
  'anthropic-messages': withMore(REQUESTS['anthropic-messages'][1], {
    system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    temperature: 0.5,
    top_k: 5,
    stop_sequences: ['x'],
    thinking: { type: 'enabled', budget_tokens: 1024 },
    tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true },
    metadata: { user_id: 'u' },
    output_config: { format: { type: 'json_schema', schema: WIDE_SCHEMA }, effort: 'low' },
    service_tier: 'auto',
  }),
  gemini: withMore(REQUESTS.gemini[1], {
    systemInstruction: { parts: [{ text: 'a' }] },
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['look'] } },
    generationConfig: {
      maxOutputTokens: 9,
      temperature: 0.5,
      topK: 5,
      stopSequences: ['x'],
      responseMimeType: 'application/json',
      responseSchema: { type: 'OBJECT', properties: { a: { type: 'STRING', maxLength: '5', enum: ['a'] } } },
      thinkingConfig: { thinkingBudget: 5, includeThoughts: true },
      responseModalities: ['TEXT'],
      seed: 5,
    },
  }),
};
