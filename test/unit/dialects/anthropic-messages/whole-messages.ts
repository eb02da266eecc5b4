/** Whole messages with all kinds of blocks. */
import type { JsonObject } from '../../../../src/dialects/canonical.ts';

export const SENTENCE = 'The quick brown fox 🦊 jumps over the lazy dog, and then it sleeps for a while. ';

export const whole = (content: readonly JsonObject[], fields: JsonObject = {}): JsonObject => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-opus-4-8',
  content,
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: {
    input_tokens: 10,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 20,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: 30,
    service_tier: 'standard',
  },
  ...fields,
});

export const text = (value: string, fields: JsonObject = {}): JsonObject => ({
  type: 'text',
  text: value,
  ...fields,
});

export const call = (number: number, input: unknown = { at: SENTENCE, list: [1, { deep: true }] }) => ({
  type: 'tool_use',
  id: `toolu_${number}`,
  name: 'look',
  input,
  caller: { type: 'direct' },
});

const citation = (number: number): JsonObject => ({
  type: 'char_location',
  cited_text: 'fox',
  document_index: number,
  document_title: null,
  start_char_index: 0,
  end_char_index: 3,
});

export const WHOLE_MESSAGES: readonly (readonly [name: string, body: JsonObject])[] = [
  ['nothing', whole([])],
  ['a long text', whole([text(SENTENCE.repeat(9))])],
  ['an empty text', whole([text('')])],
  [
    'citations, some and none',
    whole([
      text(SENTENCE, { citations: [citation(0), citation(1)] }),
      text('b', { citations: [] }),
      text('c', { citations: null }),
    ]),
  ],
  [
    'thinking, signed, hidden and bare',
    whole([
      { type: 'thinking', thinking: SENTENCE.repeat(3), signature: 'EqQB==' },
      { type: 'redacted_thinking', data: 'EmwK==' },
      { type: 'thinking', thinking: '', signature: 'EqQC==' },
      { type: 'thinking', thinking: 'Hm' },
      text('So.'),
    ]),
  ],
  [
    'calls side by side',
    whole([text('I look.'), call(1), call(2, {}), call(3)], { stop_reason: 'tool_use', stop_details: null }),
  ],
  [
    'tools of the vendor’s own',
    whole(
      [
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: SENTENCE } },
        { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [{ url: 'https://a.test' }] },
        { type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'read', server_name: 'files', input: { path: '/a' } },
        { type: 'compaction', content: SENTENCE },
        { type: 'block_of_tomorrow', text: 'Hi', input: { a: 1 } },
        text('Done.'),
      ],
      {
        container: { id: 'c_1', expires_at: '2026-11-21T10:00:00Z' },
        context_management: { applied_edits: [] },
        usage: {
          input_tokens: 10,
          output_tokens: 30,
          output_tokens_details: { thinking_tokens: 3 },
          server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
          iterations: [{ type: 'message', input_tokens: 10, output_tokens: 30 }],
        },
      },
    ),
  ],
  ['a stop sequence', whole([text('One, ')], { stop_reason: 'stop_sequence', stop_sequence: 'two' })],
  [
    'members of nobody',
    whole([text('Hi')], { container: null, provider: { name: 'x' }, stop_details: null }),
  ],
];
