/** Holds a codec to the table of its form, field by field, where the table alone cannot say what a field becomes. */
import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Citation, Part } from '../../../src/dialects/canonical.ts';
import type { EncodedRequest } from '../../../src/dialects/codec.ts';
import type { FieldFates } from '../../../src/dialects/field-fate.ts';
import { assistant, call, text, tool, user } from '../../support/canonical.ts';
import { refusedField } from '../../support/refused-field.ts';

export interface FieldCase {
  readonly asks: Partial<CanonicalRequest>;
  /** What the body then holds, of mapped fields. */
  readonly gives?: object;
  /** Named in `dropped`, or the refused field, if not the field itself. */
  readonly name?: string;
  /** Default: the codec's usual one. */
  readonly model?: string;
}

export type FieldCases = Readonly<Record<string, FieldCase>>;

export interface FieldTable {
  /** All fields of the form. */
  readonly fates: FieldFates;
  /** Those that no other form has. */
  readonly native: FieldFates;
  readonly cases: FieldCases;
  encode(asks: Partial<CanonicalRequest>, model?: string): EncodedRequest;
}

export const fromOpenAi = (fields: object): Partial<CanonicalRequest> => ({
  extra: { 'openai-chat': { ...fields } },
});

const failed: Part = { type: 'tool-result', callId: 'a', name: null, content: [], isError: true };
const citation: Citation = {
  url: null,
  title: null,
  citedText: null,
  span: null,
  native: { dialect: 'openai-chat', value: {} },
};
const tools: FieldCase = { asks: { tools: [tool('a')] }, gives: { tools: [{ function: { name: 'a' } }] } };

/** For forms that write messages and tools as OpenAI does, and have nothing for what else its clients ask. */
export const CASES_LIKE_OPENAI: FieldCases = {
  messages: { asks: {}, gives: { messages: [{ role: 'user', content: 'Hi' }] } },
  'messages.name': { asks: { turns: [{ ...user(text('Hi')), name: 'Ann' }] } },
  'messages.annotations': {
    asks: { turns: [assistant({ type: 'text', text: 'x', citations: [citation] }), user(text('So?'))] },
  },
  'messages.input_audio': {
    asks: { turns: [user({ type: 'audio', data: 'AAAA', format: 'wav' })] },
    name: 'messages[0].content[0]',
  },
  'messages.file': {
    asks: { turns: [user({ type: 'file', name: null, source: { kind: 'file-id', id: 'f' } })] },
    name: 'messages[0].content[0]',
  },
  'messages.is_error': {
    asks: { turns: [user(text('Hi')), assistant(call('a')), { role: 'tool', parts: [failed] }] },
  },
  cache_control: { asks: { tools: [tool('a', { cacheMarker: { ttl: '5m' } })] } },
  logit_bias: { asks: fromOpenAi({ logit_bias: { 5: 1 } }) },
  logprobs: { asks: { logprobs: { top: null } }, gives: { logprobs: true } },
  n: { asks: { choices: 2 } },
  tools,
  parallel_tool_calls: { asks: { parallelToolCalls: false } },
  functions: tools,
  service_tier: { asks: { serviceTier: 'flex' } },
  user: { asks: { user: 'u' } },
  safety_identifier: { asks: { ...fromOpenAi({ safety_identifier: 'u' }), user: 'u' } },
  metadata: { asks: { metadata: { team: 'x' } }, name: 'metadata.team' },
  stream: { asks: { wantsStream: true }, gives: { stream: true } },
  stream_options: { asks: { wantsStream: true, wantsUsage: true }, gives: { stream: true } },
  modalities: { asks: fromOpenAi({ modalities: ['audio'] }) },
  audio: { asks: fromOpenAi({ audio: { voice: 'alloy' } }) },
  prediction: { asks: fromOpenAi({ prediction: { type: 'content' } }) },
  prompt_cache_key: { asks: fromOpenAi({ prompt_cache_key: 'k' }) },
  prompt_cache_retention: { asks: fromOpenAi({ prompt_cache_retention: '24h' }) },
  store: { asks: fromOpenAi({ store: true }) },
  verbosity: { asks: fromOpenAi({ verbosity: 'low' }) },
  web_search_options: { asks: fromOpenAi({ web_search_options: {} }) },
};

export function describeFieldTable({ fates, native, cases, encode }: FieldTable): void {
  describe('the table of fields', () => {
    it('has a case here for each native field; `chat-fates.test.ts` has the others', () => {
      expect(Object.keys(cases)).toEqual(expect.arrayContaining(Object.keys(native)));
    });

    it.each(Object.entries(cases))(
      '%s becomes what it has to',
      (field, { asks, gives, name = field, model }) => {
        const fate = fates[field]?.fate;
        if (fate === 'refused') {
          expect(refusedField(() => encode(asks, model))).toBe(name);
          return;
        }
        const { body, dropped } = encode(asks, model);
        if (fate === 'dropped') expect(dropped).toEqual([name]);
        else {
          if (gives === undefined) throw new Error('the case does not say what the field becomes');
          expect(dropped).toEqual([]);
          expect(body).toMatchObject(gives);
        }
      },
    );
  });
}
