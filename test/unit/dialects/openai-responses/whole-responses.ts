/** Whole responses with all kinds of items that are told step by step, and some that are not. */
import type { JsonObject } from '../../../../src/dialects/canonical.ts';

export const SENTENCE = 'The quick brown fox 🦊 jumps over the lazy dog, and then it sleeps for a while. ';

export const whole = (output: readonly JsonObject[], fields: JsonObject = {}): JsonObject => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1_790_000_000,
  status: 'completed',
  background: false,
  completed_at: 1_790_000_009,
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: null,
  metadata: { ticket: '7' },
  model: 'gpt-5.2',
  output,
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: 'low', summary: null },
  service_tier: 'default',
  store: false,
  temperature: 1,
  text: { format: { type: 'text' }, verbosity: 'medium' },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  usage: {
    input_tokens: 30,
    input_tokens_details: { cached_tokens: 10, cache_write_tokens: 0 },
    output_tokens: 9,
    output_tokens_details: { reasoning_tokens: 4 },
    total_tokens: 39,
  },
  ...fields,
});

export const said = (text: string, fields: JsonObject = {}): JsonObject => ({
  type: 'output_text',
  annotations: [],
  logprobs: [],
  text,
  ...fields,
});

export const message = (content: readonly JsonObject[], fields: JsonObject = {}): JsonObject => ({
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content,
  ...fields,
});

const citation = {
  type: 'url_citation',
  start_index: 4,
  end_index: 9,
  title: 'Foxes',
  url: 'https://example.com/foxes',
};

/** Tokens of `text`, one a word. */
const logprobsOf = (text: string): JsonObject[] =>
  (text.match(/\s*\S+/g) ?? []).map((token) => ({
    token,
    logprob: -0.25,
    bytes: [...new TextEncoder().encode(token)],
    top_logprobs: [],
  }));

const WORDS = 'One two three';

const call = (number: number, fields: JsonObject = {}): JsonObject => ({
  id: `fc_${number}`,
  type: 'function_call',
  status: 'completed',
  arguments: `{"at":"${SENTENCE.trim()}","id":9007199254740993123}`,
  call_id: `call_${number}`,
  name: 'look',
  ...fields,
});

export const WHOLE_RESPONSES: readonly (readonly [name: string, body: JsonObject])[] = [
  ['nothing', whole([])],
  ['an empty text', whole([message([said('')])])],
  ['a long text', whole([message([said(SENTENCE.repeat(9))])])],
  [
    'two texts and citations',
    whole([message([said(SENTENCE, { annotations: [citation, citation] }), said('b')])]),
  ],
  ['a refusal', whole([message([{ type: 'refusal', refusal: SENTENCE }])])],
  ['probabilities of tokens', whole([message([said(WORDS, { logprobs: logprobsOf(WORDS) })])])],
  [
    'probabilities of other tokens',
    whole([message([said(SENTENCE, { logprobs: logprobsOf('Half a character') })])]),
  ],
  ['calls side by side', whole([call(1), call(2), call(3, { arguments: '{}' })])],
  [
    'a custom call',
    whole([
      {
        id: 'ctc_1',
        type: 'custom_tool_call',
        status: 'completed',
        call_id: 'call_1',
        input: SENTENCE,
        name: 'patch',
      },
    ]),
  ],
  [
    'thoughts, proven and hidden',
    whole([
      {
        id: 'rs_1',
        type: 'reasoning',
        summary: [
          { type: 'summary_text', text: SENTENCE },
          { type: 'summary_text', text: '**Next**' },
        ],
        content: [{ type: 'reasoning_text', text: SENTENCE.repeat(2) }],
        encrypted_content: 'gAAAAA==',
      },
      { id: 'rs_2', type: 'reasoning', summary: [], encrypted_content: 'gAAAAB==' },
      message([said('So.')], { phase: 'final_answer' }),
    ]),
  ],
  [
    'tools of the vendor’s own',
    whole([
      {
        id: 'ws_1',
        type: 'web_search_call',
        status: 'completed',
        action: { type: 'search', query: 'foxes' },
      },
      { id: 'ig_1', type: 'image_generation_call', status: 'completed', result: 'aGVsbG8=' },
      {
        id: 'mcp_1',
        type: 'mcp_call',
        status: 'failed',
        server_label: 'files',
        name: 'read',
        arguments: '{"path":"/a"}',
        output: null,
        error: { type: 'mcp_tool_execution_error', content: [] },
        approval_request_id: null,
      },
      message([said('Done.')]),
    ]),
  ],
  [
    'an answer that was cut',
    whole([message([said('One tw')], { status: 'incomplete' })], {
      status: 'incomplete',
      completed_at: null,
      incomplete_details: { reason: 'max_output_tokens' },
    }),
  ],
];
