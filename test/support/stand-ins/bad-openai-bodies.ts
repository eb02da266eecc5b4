/** Requests that OpenAI refuses, with the words that it refuses them with. */
import { bad, bearer, called, chatTool, PLAIN, schema, user } from './bad-body.ts';
import { seal } from './seal.ts';

export const OPENAI_CHAT = bad(
  'openai-chat',
  '/v1/chat/completions',
  bearer,
  { model: 'gpt-4.1', messages: [user] },
  [
    ['an unknown field', { foo: 1 }, /Unknown parameter: 'foo'/],
    [
      'an unknown field of a message',
      { messages: [{ ...user, reasoning_content: 'x' }] },
      /messages\[0\]\.reasoning_content/,
    ],
    ['both limits', { max_tokens: 5, max_completion_tokens: 5 }, /at the same time/],
    [
      'the old limit of a reasoning model',
      { model: 'gpt-5.2', max_tokens: 5 },
      /Use 'max_completion_tokens'/,
    ],
    ['a temperature for a reasoning model', { model: 'gpt-5.2', temperature: 0 }, /Unsupported parameter/],
    ['an effort for another model', { reasoning_effort: 'low' }, /Unsupported parameter/],
    [
      'a call without its result',
      { messages: [user, { role: 'assistant', tool_calls: [called] }] },
      /must be followed by tool/,
    ],
    [
      'a result without its call',
      { messages: [user, { role: 'tool', tool_call_id: 'x', content: '' }] },
      /must be a response/,
    ],
    [
      'an id of more than 40 characters',
      { messages: [user, { role: 'assistant', tool_calls: [{ ...called, id: 'x'.repeat(41) }] }] },
      /should match pattern/,
    ],
    [
      'a loose schema in strict mode',
      { tools: [chatTool({ strict: true, parameters: schema })] },
      /additionalProperties/,
    ],
    ['a name with a dot', { tools: [chatTool({ name: 'a.b' })] }, /should match pattern/],
    ['a choice without tools', { tool_choice: 'auto' }, /only allowed when 'tools'/],
    [
      'usage of a stream that is none',
      { stream_options: { include_usage: true } },
      /only allowed when 'stream'/,
    ],
  ],
);

export const RESPONSES = bad(
  'openai-responses',
  '/v1/responses',
  bearer,
  { model: 'gpt-5.2', input: PLAIN, store: false },
  [
    ['an unknown field', { stop: ['x'] }, /Unknown parameter: 'stop'/],
    ['a limit below 16', { max_output_tokens: 15 }, /max_output_tokens/],
    [
      'a loose schema in a tool that is strict because nothing else is said',
      { tools: [{ type: 'function', name: 'f', parameters: schema }] },
      /additionalProperties/,
    ],
    [
      'a forged thought',
      {
        input: [
          user,
          { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAAA' },
          { role: 'assistant', content: 'x' },
        ],
      },
      /could not be verified/,
    ],
    [
      'a thought with nothing behind it',
      {
        input: [
          { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: seal('openai', 'rs_1') },
          user,
        ],
      },
      /required following item/,
    ],
    [
      'a call without its result',
      { input: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }] },
      /No tool output/,
    ],
    [
      'an output without its call',
      { input: [{ type: 'function_call_output', call_id: 'c', output: '' }] },
      /No tool call/,
    ],
    [
      'an id of another kind of item',
      { input: [user, { type: 'function_call', id: 'call_1', call_id: 'c', name: 'f', arguments: '{}' }] },
      /should match pattern/,
    ],
  ],
);
