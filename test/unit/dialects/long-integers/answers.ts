/** Answers with numbers that a JavaScript number cannot hold, in every form. */
import type { CanonicalAnswer } from '../../../../src/dialects/canonical.ts';
import { UPSTREAM_CODECS } from '../../../../src/dialects/registry.ts';
import { parseExact } from '../../../../src/exact-json.ts';
import type { DialectId } from '../../../../src/providers/provider-row.ts';
import type { StreamFrame } from '../../../../src/streaming/frames.ts';
import { aggregate } from '../../../support/aggregate.ts';

export const LONG = '12345678901234567890';
export const ARGS = `{"id":${LONG},"deep":[{"n":-9007199254740993}],"max":9223372036854775807}`;
export const QUOTED = JSON.stringify(ARGS);

export interface Told {
  readonly whole: string;
  /** Payloads, or names with payloads. */
  readonly stream: readonly (string | readonly [string, string])[];
}

export const geminiAnswer = (args: string): string =>
  `{"responseId":"r","modelVersion":"m","candidates":[{"index":0,"content":{"role":"model","parts":[{"functionCall":{"id":"c1","name":"look",${args}}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}}`;
const claudeAnswer = (block: string): string =>
  `{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[${block}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}`;
const claudeStream = (block: string, deltas: readonly string[]): string[] => [
  '{"type":"message_start","message":{"id":"msg_1","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":0}}}',
  `{"type":"content_block_start","index":0,"content_block":${block}}`,
  ...deltas.map((json) => {
    const delta = { type: 'input_json_delta', partial_json: json };
    return JSON.stringify({ type: 'content_block_delta', index: 0, delta });
  }),
  '{"type":"content_block_stop","index":0}',
  '{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":1}}',
  '{"type":"message_stop"}',
];
export const toolUse = (input: string, type = 'tool_use'): string =>
  `{"type":"${type}","id":"toolu_1","name":"look","input":${input}}`;
const chatAnswer = (args: string): string =>
  `{"id":"a","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":${args}}}]},"finish_reason":"tool_calls"}]}`;
const chatStream = (args: string): string[] => [
  `{"id":"a","model":"m","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"look","arguments":${args}}}]},"finish_reason":null}]}`,
  '{"id":"a","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}',
];
const cohereCall = (args: string): string =>
  `{"id":"c1","type":"function","function":{"name":"look","arguments":${args}}}`;
const item = (status: string, args: string): string =>
  `{"type":"function_call","id":"fc_1","call_id":"c1","name":"look","arguments":${args},"status":"${status}"}`;
const response = (status: string, output: string): string =>
  `{"id":"resp_1","object":"response","created_at":1,"model":"m","status":"${status}","output":[${output}],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}`;
const ollama = (done: boolean): string =>
  `{"model":"m","created_at":"2026-11-01T00:00:00Z","message":{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"name":"look","arguments":${ARGS}}}]},"done":${done}${done ? ',"done_reason":"stop","prompt_eval_count":1,"eval_count":1' : ''}}`;

const THINKING =
  '{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"so"}],"content":[{"type":"reasoning_text","text":"on"}],"encrypted_content":"x"}';
const DETAILS =
  '"reasoning_details":[{"type":"reasoning.text","text":"so","signature":"s","format":"anthropic-claude-v1","index":0}]';

/** One answer with one call, whole and streamed. */
export const ANSWERS: Readonly<Record<string, readonly [DialectId, Told]>> = {
  'Claude, arguments in pieces': [
    'anthropic-messages',
    {
      whole: claudeAnswer(toolUse(ARGS)),
      stream: claudeStream(toolUse('{}'), [ARGS.slice(0, 12), ARGS.slice(12)]),
    },
  ],
  'Claude, arguments at the start': [
    'anthropic-messages',
    { whole: claudeAnswer(toolUse(ARGS)), stream: claudeStream(toolUse(ARGS), []) },
  ],
  "Claude, a server's own tool": [
    'anthropic-messages',
    {
      whole: claudeAnswer(toolUse(ARGS, 'server_tool_use')),
      stream: claudeStream(toolUse('{}', 'server_tool_use'), [ARGS]),
    },
  ],
  Bedrock: [
    'bedrock-converse',
    {
      whole: `{"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"look","input":${ARGS}}}]}},"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}`,
      stream: [
        ['messageStart', '{"role":"assistant"}'],
        ['contentBlockStart', '{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t1","name":"look"}}}'],
        ['contentBlockDelta', `{"contentBlockIndex":0,"delta":{"toolUse":{"input":${QUOTED}}}}`],
        ['contentBlockStop', '{"contentBlockIndex":0}'],
        ['messageStop', '{"stopReason":"tool_use"}'],
        ['metadata', '{"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}'],
      ],
    },
  ],
  Gemini: ['gemini', { whole: geminiAnswer(`"args":${ARGS}`), stream: [geminiAnswer(`"args":${ARGS}`)] }],
  Ollama: ['ollama-chat', { whole: ollama(true), stream: [ollama(true)] }],
  'OpenAI chat': ['openai-chat', { whole: chatAnswer(QUOTED), stream: chatStream(QUOTED) }],
  'OpenAI chat, arguments as an object': [
    'openai-chat',
    { whole: chatAnswer(ARGS), stream: chatStream(ARGS) },
  ],
  'OpenAI Responses': [
    'openai-responses',
    {
      whole: response('completed', item('completed', QUOTED)),
      stream: [
        `{"type":"response.created","response":${response('in_progress', '')}}`,
        `{"type":"response.output_item.added","output_index":0,"item":${item('in_progress', '""')}}`,
        `{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"fc_1","delta":${QUOTED}}`,
        `{"type":"response.output_item.done","output_index":0,"item":${item('completed', QUOTED)}}`,
        `{"type":"response.completed","response":${response('completed', item('completed', QUOTED))}}`,
      ],
    },
  ],
  'OpenAI Responses, with thinking': [
    'openai-responses',
    {
      whole: response('completed', `${THINKING},${item('completed', QUOTED)}`),
      stream: [
        `{"type":"response.created","response":${response('in_progress', '')}}`,
        '{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}',
        '{"type":"response.reasoning_summary_text.delta","output_index":0,"item_id":"rs_1","summary_index":0,"delta":"so"}',
        '{"type":"response.reasoning_summary_text.done","output_index":0,"item_id":"rs_1","summary_index":0,"text":"so"}',
        '{"type":"response.reasoning_text.delta","output_index":0,"item_id":"rs_1","content_index":0,"delta":"on"}',
        '{"type":"response.reasoning_text.done","output_index":0,"item_id":"rs_1","content_index":0,"text":"on"}',
        `{"type":"response.output_item.done","output_index":0,"item":${THINKING}}`,
        `{"type":"response.output_item.added","output_index":1,"item":${item('in_progress', '""')}}`,
        `{"type":"response.output_item.done","output_index":1,"item":${item('completed', QUOTED)}}`,
        `{"type":"response.completed","response":${response('completed', `${THINKING},${item('completed', QUOTED)}`)}}`,
      ],
    },
  ],
  'OpenAI chat, with thinking': [
    'openai-chat',
    {
      whole: chatAnswer(QUOTED).replace('"content":null', `"content":null,${DETAILS}`),
      stream: [
        `{"id":"a","model":"m","choices":[{"index":0,"delta":{"role":"assistant",${DETAILS}},"finish_reason":null}]}`,
        ...chatStream(QUOTED),
      ],
    },
  ],
  'Cohere, arguments as an object': [
    'cohere-chat',
    {
      whole: `{"id":"a","message":{"role":"assistant","tool_calls":[${cohereCall(ARGS)}]},"finish_reason":"TOOL_CALL","usage":{"tokens":{"input_tokens":1,"output_tokens":1}}}`,
      stream: [
        '{"type":"message-start","id":"a","delta":{"message":{"role":"assistant"}}}',
        `{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":${cohereCall(ARGS)}}}}`,
        '{"type":"tool-call-end","index":0}',
        '{"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"tokens":{"input_tokens":1,"output_tokens":1}}}}',
      ],
    },
  ],
};

export function readWhole(dialect: DialectId, whole: string): CanonicalAnswer {
  const answer = UPSTREAM_CODECS[dialect].decodeAnswer(parseExact(whole));
  if (answer === null) throw new Error('no answer');
  return answer;
}

export function readStream(dialect: DialectId, stream: Told['stream']): CanonicalAnswer {
  const decoder = UPSTREAM_CODECS[dialect].createStreamDecoder();
  const frames = stream.map(
    (one): StreamFrame =>
      typeof one === 'string' ? { name: null, data: one } : { name: one[0], data: one[1] },
  );
  const { answer } = aggregate([...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()]);
  if (answer === null) throw new Error('no answer');
  return answer;
}

export const framesOf = (stream: Told['stream']): StreamFrame[] =>
  stream.map((one) => (typeof one === 'string' ? { name: null, data: one } : { name: one[0], data: one[1] }));
