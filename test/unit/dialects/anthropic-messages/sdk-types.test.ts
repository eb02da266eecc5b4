/** What the codec writes, as Anthropic's own SDK types it: a wrong member here is a compile error. */
import type { MessageCreateParams, TextCitation } from '@anthropic-ai/sdk/resources/messages/messages';
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../../src/dialects/anthropic-messages/codec.ts';
import type { CanonicalRequest, Part } from '../../../../src/dialects/canonical.ts';
import { toEvents } from '../../../support/aggregate.ts';
import { answer, encode, encodeStream, PAGE, request, thought } from './support.ts';

const NEWEST = 'claude-opus-4-8';
const OLDER = 'claude-sonnet-4-5';
const schema = { type: 'object', properties: { at: { type: 'string' } } } as const;
const citation = {
  type: 'char_location',
  cited_text: 'x',
  document_index: 0,
  document_title: null,
  start_char_index: 0,
  end_char_index: 1,
} as const;

/** The SDK has left sampling out since the newest models refuse it; the older ones take it still. */
type Sampling = { temperature?: number; top_p?: number; top_k?: number };

const CASES: [string, Partial<CanonicalRequest>, MessageCreateParams & Sampling][] = [
  [
    'a conversation with every kind of part',
    {
      turns: [
        { role: 'system', parts: [{ type: 'text', text: 'Be brief', cacheMarker: { ttl: '1h' } }] },
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'Look' },
            { type: 'image', source: { kind: 'inline', mediaType: 'image/jpg', data: 'QQ==' } },
            { type: 'image', source: { kind: 'url', url: 'https://a.test/b.png' } },
            {
              type: 'file',
              source: { kind: 'inline', mediaType: 'application/pdf', data: 'QQ==' },
              name: 'a.pdf',
            },
            { type: 'file', source: { kind: 'inline', mediaType: 'text/plain', data: 'QQ==' }, name: null },
            { type: 'file', source: { kind: 'url', url: 'https://a.test/b.pdf' }, name: null },
          ],
        },
        {
          role: 'assistant',
          parts: [
            thought('Hm', 'Ep=='),
            { ...thought(''), redacted: 'Eq==', signer: 'anthropic' },
            {
              type: 'text',
              text: 'I look',
              citations: [
                {
                  url: null,
                  title: null,
                  citedText: 'x',
                  span: null,
                  native: { dialect: 'anthropic-messages', value: citation },
                },
              ],
            },
            { type: 'tool-call', id: 'f:0', name: 'git.log', input: '{"at":"x"}', isCustom: false },
          ],
        },
        {
          role: 'tool',
          parts: [
            {
              type: 'tool-result',
              callId: 'f:0',
              name: 'git.log',
              content: [
                { type: 'text', text: 'seen' },
                { type: 'image', source: { kind: 'url', url: 'https://a.test/b.png' } },
              ],
              isError: true,
              cacheMarker: { ttl: null },
            },
          ],
        },
      ],
    },
    {
      model: OLDER,
      max_tokens: 100,
      system: [{ type: 'text', text: 'Be brief', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'QQ==' } },
            { type: 'image', source: { type: 'url', url: 'https://a.test/b.png' } },
            {
              type: 'document',
              title: 'a.pdf',
              source: { type: 'base64', media_type: 'application/pdf', data: 'QQ==' },
            },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'A' } },
            { type: 'document', source: { type: 'url', url: 'https://a.test/b.pdf' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature: 'Ep==' },
            { type: 'redacted_thinking', data: 'Eq==' },
            { type: 'text', text: 'I look', citations: [citation] },
            { type: 'tool_use', id: 'ewid_f_003a0', name: 'ewtool_git_002elog', input: { at: 'x' } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'ewid_f_003a0',
              content: [
                { type: 'text', text: 'seen' },
                { type: 'image', source: { type: 'url', url: 'https://a.test/b.png' } },
              ],
              is_error: true,
              cache_control: { type: 'ephemeral' },
            },
          ],
        },
      ],
    },
  ],
  [
    'tools, the choice among them, and options',
    {
      tools: [
        {
          kind: 'function',
          name: 'look',
          description: 'Looks',
          parameters: schema,
          strict: true,
          cacheMarker: { ttl: null },
        },
        { kind: 'function', name: 'bare', description: null, parameters: null, strict: null },
      ],
      toolChoice: { kind: 'named', name: 'look' },
      parallelToolCalls: false,
      temperature: 0.5,
      topK: 4,
      stop: ['END'],
      user: 'u',
      serviceTier: 'default',
      wantsStream: true,
    },
    {
      model: OLDER,
      max_tokens: 100,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      tools: [
        {
          name: 'look',
          description: 'Looks',
          input_schema: { ...schema, additionalProperties: false },
          strict: true,
          cache_control: { type: 'ephemeral' },
        },
        { name: 'bare', input_schema: { type: 'object', properties: {} } },
      ],
      tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true },
      temperature: 0.5,
      top_k: 4,
      stop_sequences: ['END'],
      metadata: { user_id: 'u' },
      service_tier: 'standard_only',
      stream: true,
    },
  ],
  [
    'thinking and a schema for the newest models',
    {
      reasoning: { isEnabled: true, effort: 'xhigh', budgetTokens: null },
      responseFormat: { kind: 'schema', name: 'n', description: 'd', schema, strict: true },
      parallelToolCalls: false,
    },
    {
      model: NEWEST,
      max_tokens: 100,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: {
        effort: 'xhigh',
        format: {
          type: 'json_schema',
          schema: { ...schema, additionalProperties: false, description: 'd' },
        },
      },
    },
  ],
  [
    'an effort that does not say whether to think',
    { reasoning: { isEnabled: null, effort: 'low', budgetTokens: null } },
    {
      model: NEWEST,
      max_tokens: 100,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      output_config: { effort: 'low' },
    },
  ],
  [
    'a budget for older models',
    { reasoning: { isEnabled: true, effort: null, budgetTokens: 2000 }, maxOutputTokens: 5000 },
    {
      model: OLDER,
      max_tokens: 5000,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      thinking: { type: 'enabled', budget_tokens: 2000 },
    },
  ],
];

describe('requests for Anthropic', () => {
  it.each(CASES)('%s', (_, fields, expected) => {
    expect(encode(fields, String(expected.model))).toEqual({ body: expected, dropped: [] });
  });
});

describe('citations for clients of Anthropic', () => {
  const parts: Part[] = [{ type: 'text', text: 'a', citations: [PAGE, { ...PAGE, url: null }] }];
  const expected: TextCitation[] = [
    {
      type: 'web_search_result_location',
      cited_text: '',
      url: 'https://a.test',
      title: 'A',
      encrypted_index: '',
    },
  ];

  it('of another vendor are pages of a search, where they have an address', () => {
    const { content } = anthropicMessages.encodeAnswer(answer(parts), request());
    expect(content).toEqual([{ type: 'text', text: 'a', citations: expected }]);
    const { events } = encodeStream(toEvents(answer(parts)));
    expect(events.filter(({ type }) => type === 'content_block_delta').slice(1)).toMatchObject(
      expected.map((citation) => ({ delta: { type: 'citations_delta', citation } })),
    );
  });

  it('that were made up for a client do not go back to Anthropic', () => {
    const { content } = anthropicMessages.encodeAnswer(answer(parts), request());
    const { turns } = anthropicMessages.decodeRequest({
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content },
        { role: 'user', content: 'More' },
      ],
    });
    const { body, dropped } = encode({ turns });
    expect(JSON.stringify(body)).not.toContain('citations');
    expect(dropped).toEqual(['messages.annotations']);
  });
});
