/** Requests that vendors refuse, with the words that they refuse them with. */
import { type BadBody, bad, bearer, called, chatTool, PLAIN, schema, user } from './bad-body.ts';
import { OPENAI_CHAT, RESPONSES } from './bad-openai-bodies.ts';
import type { Json } from './closed.ts';
import { SECRET } from './form.ts';
import { PNG_BASE64 } from './media.ts';

const anthropic = { 'x-api-key': SECRET, 'anthropic-version': '2023-06-01' };
const use = { type: 'tool_use', id: 't1', name: 'f', input: {} };
const toolResult = { type: 'tool_result', tool_use_id: 't1', content: 'x' };
const thinking = { type: 'enabled', budget_tokens: 1024 };
const after = (content: unknown, next: unknown = PLAIN): Json => ({
  messages: [user, { role: 'assistant', content }, { role: 'user', content: next }],
});
const ANTHROPIC = bad(
  'anthropic-messages',
  '/v1/messages',
  anthropic,
  { model: 'claude-sonnet-4-5', max_tokens: 2000, messages: [user] },
  [
    ['no version', {}, /anthropic-version/, { 'x-api-key': SECRET }],
    [
      'a temperature in the newest version',
      { temperature: 1 },
      /temperature: Extra inputs/,
      { ...anthropic, 'anthropic-version': '2026-10-21' },
    ],
    ['no limit', { max_tokens: undefined }, /max_tokens: Field required/],
    ['an unknown field', { foo: 1 }, /foo: Extra inputs are not permitted/],
    [
      'an unknown field of a block',
      after([{ type: 'text', text: 'x', foo: 1 }]),
      /messages\.1\.content\.0\.foo/,
    ],
    [
      'a first turn of the assistant',
      { messages: [{ role: 'assistant', content: 'x' }, user] },
      /beginning with/,
    ],
    ['two user turns', { messages: [user, user] }, /must alternate/],
    ['an empty text', { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] }, /non-empty/],
    ['a blank text', { messages: [{ role: 'user', content: ' \n' }] }, /non-whitespace/],
    ['blanks at the end', { messages: [user, { role: 'assistant', content: 'x ' }] }, /trailing whitespace/],
    ['a call without its result', after([use]), /without `tool_result`/],
    ['a result without its call', after('x', [toolResult]), /unexpected `tool_use_id`/],
    ['a result behind a text', after([use], [{ type: 'text', text: PLAIN }, toolResult]), /must come before/],
    [
      'an id with a colon',
      after([{ ...use, id: 'f:0' }], [{ ...toolResult, tool_use_id: 'f:0' }]),
      /should match pattern/,
    ],
    [
      'a forged thought',
      after([
        { type: 'thinking', thinking: 'x', signature: 'eA==' },
        { type: 'text', text: 'x' },
      ]),
      /Invalid `signature`/,
    ],
    ['a budget that leaves nothing', { thinking: { type: 'enabled', budget_tokens: 2000 } }, /greater than/],
    ['thinking with a temperature', { thinking, temperature: 0.5 }, /only be set to 1/],
    [
      'thinking with a forced call',
      { thinking, tool_choice: { type: 'any' }, tools: [{ name: 'f', input_schema: schema }] },
      /forces tool use/,
    ],
    [
      'a tool without an object',
      { tools: [{ name: 'f', input_schema: { type: 'string' } }] },
      /should be 'object'/,
    ],
    [
      'a picture that is none',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: PNG_BASE64 } },
            ],
          },
        ],
      },
      /does not appear/,
    ],
    [
      'a budget where the model adapts',
      { model: 'claude-sonnet-5', thinking },
      /not supported for this model/,
    ],
  ],
);

const google = { 'x-goog-api-key': SECRET };
const call = { functionCall: { name: 'f', args: {} } };
const functionResponse = { functionResponse: { name: 'f', response: { output: 'x' } } };
const contents = (model: readonly object[], next: readonly object[] = [{ text: PLAIN }]): Json => ({
  contents: [
    { role: 'user', parts: [{ text: PLAIN }] },
    { role: 'model', parts: model },
    { role: 'user', parts: next },
  ],
});
const GEMINI = [
  ...bad(
    'gemini',
    '/v1beta/models/gemini-3-flash-preview:generateContent',
    google,
    { contents: [{ role: 'user', parts: [{ text: PLAIN }] }] },
    [
      ['an unknown field', { generationConfig: { foo: 1 } }, /Unknown name \\"foo\\" at 'generation_config'/],
      [
        'fewer results than calls',
        contents([call, call], [functionResponse]),
        /number of function response parts/,
      ],
      [
        'a result of another name',
        contents([call], [{ functionResponse: { name: 'g', response: {} } }]),
        /matches no function call/,
      ],
      ['a call without its signature', contents([call], [functionResponse]), /missing a thought_signature/],
      [
        'a forged signature',
        contents([{ ...call, thoughtSignature: 'eA==' }], [functionResponse]),
        /Corrupted/,
      ],
      ['an empty text', { contents: [{ role: 'user', parts: [{ text: '' }] }] }, /required oneof/],
      [
        'a word of JSON Schema in its own kind of schema',
        {
          tools: [
            { functionDeclarations: [{ name: 'f', parameters: { ...schema, additionalProperties: false } }] },
          ],
        },
        /Unknown name \\"additional_properties\\"/,
      ],
      ['a schema for text', { generationConfig: { responseJsonSchema: schema } }, /response_mime_type/],
      ['a wrong key', {}, /API key not valid/, { 'x-goog-api-key': 'wrong' }],
    ],
  ),
  ...bad(
    'gemini',
    `/v1beta/models/gemini-3-flash-preview:generateContent?key=${SECRET}`,
    google,
    { contents: [{ role: 'user', parts: [{ text: PLAIN }] }] },
    [['a key in the URL', {}, /unexpected query/]],
  ),
];

const say = (role: string, ...content: readonly object[]): object => ({ role, content });
const toolUse = { toolUse: { toolUseId: 't1', name: 'f', input: {} } };
const BEDROCK = bad(
  'bedrock-converse',
  '/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse',
  bearer,
  { messages: [say('user', { text: PLAIN })] },
  [
    ['an unknown field', { foo: 1 }, /foo: Extra inputs/],
    [
      'a first turn of the assistant',
      { messages: [say('assistant', { text: 'x' })] },
      /must start with a user message/,
    ],
    [
      'two user turns',
      { messages: [say('user', { text: 'x' }), say('user', { text: 'x' })] },
      /must alternate/,
    ],
    ['a blank text', { messages: [say('user', { text: ' ' })] }, /is blank/],
    [
      'two members in a block',
      { messages: [say('user', { text: 'x', cachePoint: { type: 'default' } })] },
      /exactly one of/,
    ],
    [
      'calls without tools',
      {
        messages: [
          say('user', { text: 'x' }),
          say('assistant', toolUse),
          say('user', { toolResult: { toolUseId: 't1', content: [] } }),
        ],
      },
      /toolConfig field must be defined/,
    ],
    [
      'a document alone',
      { messages: [say('user', { document: { format: 'txt', name: 'a', source: { text: 'x' } } })] },
      /text block is required/,
    ],
    [
      'a document with a dot',
      {
        messages: [
          say('user', { text: 'x' }, { document: { format: 'txt', name: 'a.b', source: { text: 'x' } } }),
        ],
      },
      /should match pattern/,
    ],
  ],
);

const COHERE = bad('cohere-chat', '/v2/chat', bearer, { model: 'command-a-03-2025', messages: [user] }, [
  ['an unknown field', { top_p: 1 }, /unknown field: parameter 'top_p'/],
  [
    'a form of answer beside tools',
    { response_format: { type: 'json_object' }, tools: [chatTool({ parameters: schema })] },
    /not supported with tools/,
  ],
  [
    'a call without its result',
    { messages: [user, { role: 'assistant', tool_calls: [called] }, user] },
    /missing tool results/,
  ],
  ['a temperature above 1', { temperature: 1.5 }, /temperature/],
]);

const OLLAMA = bad('ollama-chat', '/api/chat', bearer, { model: 'qwen3.6', messages: [user] }, [
  ['an unknown field', { tool_choice: 'auto' }, /unknown field \\"tool_choice\\"/],
  ['content in parts', { messages: [{ role: 'user', content: [{ type: 'text', text: PLAIN }] }] }, /content/],
  [
    'arguments as text',
    { messages: [user, { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }] },
    /arguments/,
  ],
  [
    'a result that names no call',
    { messages: [user, { role: 'tool', content: 'x', tool_name: 'f' }] },
    /without its call/,
  ],
]);

export const BAD_BODIES: readonly BadBody[] = [
  ...OPENAI_CHAT,
  ...RESPONSES,
  ...ANTHROPIC,
  ...GEMINI,
  ...BEDROCK,
  ...COHERE,
  ...OLLAMA,
];
