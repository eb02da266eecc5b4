import { describe, expect, it } from 'vitest';
import type { Citation, Part, Turn } from '../../../../src/dialects/canonical.ts';
import {
  assistant,
  call,
  encode,
  MODEL,
  refusalOf,
  result,
  THINKING_MODEL,
  text,
  thought,
  user,
  wire,
} from './support.ts';

const messagesOf = (turns: readonly Turn[], model = MODEL) => encode({ turns }, model).body.messages;
const image = (mediaType: string, detail?: string): Part => ({
  type: 'image',
  source: { kind: 'inline', mediaType, data: 'AAAA' },
  ...(detail === undefined ? {} : { detail }),
});

describe('messages', () => {
  it('tell a whole conversation with tools in Cohere’s words', () => {
    const { body, dropped } = encode({
      turns: [
        user(text('Where?'), image('image/png', 'low')),
        assistant(thought('I will look.'), text('A moment.'), call('look_1', '{"at":"here"}')),
        result('look_1', 'It is here.'),
        assistant(text('Here.')),
        user(text('Thanks')),
      ],
    });
    expect(body).toEqual(
      wire({
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Where?' },
              { type: 'image_url', imageUrl: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
            ],
          },
          {
            role: 'assistant',
            content: 'A moment.',
            toolPlan: 'I will look.',
            toolCalls: [
              { id: 'look_1', type: 'function', function: { name: 'look', arguments: '{"at":"here"}' } },
            ],
          },
          { role: 'tool', toolCallId: 'look_1', content: 'It is here.' },
          { role: 'assistant', content: 'Here.' },
          { role: 'user', content: 'Thanks' },
        ],
      }),
    );
    expect(dropped).toEqual([]);
  });

  it('traps D4: instructions are gathered in one message, the first', () => {
    expect(
      messagesOf([
        { role: 'system', parts: [text('One')] },
        user(text('Hi')),
        { role: 'developer', parts: [text('Two')] },
        user(text('Go on')),
      ]),
    ).toEqual([
      {
        role: 'system',
        content: [
          { type: 'text', text: 'One' },
          { type: 'text', text: 'Two' },
        ],
      },
      { role: 'user', content: 'Hi' },
      { role: 'user', content: 'Go on' },
    ]);
  });

  it('traps D3: empty texts and turns go, but not the question', () => {
    const turns = [user(text('')), user(text(''), text('Hi')), assistant(text('')), user(text('Well?'))];
    expect(messagesOf(turns)).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'user', content: 'Well?' },
    ]);
    expect(refusalOf({ turns: [user(text('Hi')), user(text(''))] })).toBe('messages[1].content');
    expect(refusalOf({ turns: [] })).toBe('messages');
    expect(refusalOf({ turns: [{ role: 'system', parts: [text('Be')] }] })).toBe('messages');
    expect(refusalOf({ turns: [assistant(text(''))] })).toBe('messages');
  });

  it('lists names of speakers, cache marks and blocks that only other forms know', () => {
    const { dropped } = encode({
      turns: [
        { ...user({ ...text('Hi'), cacheMarker: { ttl: null } }), name: 'Ann' },
        assistant(text('Hi'), {
          type: 'opaque',
          dialect: 'anthropic-messages',
          value: { type: 'server_tool_use' },
        }),
        user(text('So?')),
      ],
    });
    expect(dropped).toEqual(['messages.name', 'cache_control', 'messages.server_tool_use']);
  });
});

describe('thinking that goes back', () => {
  const turns = [user(text('Hi')), assistant(thought('Hm.'), call('look_1')), result('look_1', 'x')];

  it('is thinking for a model that thinks', () => {
    expect(messagesOf(turns, THINKING_MODEL)).toMatchObject([
      {},
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm.' }], tool_calls: [{ id: 'look_1' }] },
      {},
    ]);
  });

  it('is the plan of the calls where the model does not think, or may not', () => {
    expect(messagesOf(turns)).toMatchObject([{}, { tool_plan: 'Hm.' }, {}]);
    const reasoning = { isEnabled: false, effort: null, budgetTokens: null };
    expect(encode({ turns, reasoning }, THINKING_MODEL).body.messages).toMatchObject([
      {},
      { tool_plan: 'Hm.' },
      {},
    ]);
  });

  it('is listed where it has no place', () => {
    const { body, dropped } = encode({
      turns: [assistant(thought('Hm.'), text('Yes.')), user(text('Why?'))],
    });
    expect(body.messages).toEqual([
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: 'Why?' },
    ]);
    expect(dropped).toEqual(['messages.reasoning_content']);
  });

  it.each<[string, object]>([
    ['signed', { signature: 'proof', signer: 'anthropic' }],
    ['hidden', { redacted: 'data', signer: 'anthropic' }],
    ['signed by nobody knows whom', { signature: 'proof' }],
  ])('traps D13: is left out and listed if it is %s', (_, fields) => {
    const foreign = { ...thought('Hm.'), ...fields } as Part;
    const { body, dropped } = encode(
      { turns: [assistant(foreign, text('Yes.')), user(text('Why?'))] },
      THINKING_MODEL,
    );
    expect(JSON.stringify(body)).not.toContain('Hm.');
    expect(dropped).toEqual(['messages.reasoning_content']);
  });
});

describe('tool calls and results', () => {
  it.each([
    ['nothing', '', '{}'],
    ['null', 'null', '{}'],
    ['an object, as it was written', '{ "n": 12345678901234567890 }', '{ "n": 12345678901234567890 }'],
    ['a list', '[1]', '{"INVALID_JSON":"[1]"}'],
    ['a broken object', '{"a":', '{"INVALID_JSON":"{\\"a\\":"}'],
  ])('arguments that are %s', (_, input, expected) => {
    const turns = [user(text('Hi')), assistant(call('c', input)), result('c', 'x')];
    expect(messagesOf(turns)).toMatchObject([
      {},
      { tool_calls: [{ function: { arguments: expected } }] },
      {},
    ]);
  });

  it('free text of a custom call is wrapped', () => {
    const custom = { ...call('c', 'SELECT 1'), isCustom: true } as Part;
    expect(messagesOf([user(text('Hi')), assistant(custom), result('c', 'x')])).toMatchObject([
      {},
      { tool_calls: [{ function: { arguments: '{"input":"SELECT 1"}' } }] },
      {},
    ]);
  });

  it('names that Cohere refuses are mapped alike in tools and calls', () => {
    const odd = call('c', '{}', 'web-search');
    const { body } = encode({
      turns: [user(text('Hi')), assistant(odd), result('c', 'x')],
      tools: [{ kind: 'function', name: 'web-search', description: null, parameters: null, strict: null }],
    });
    expect(body).toMatchObject({
      messages: [{}, { tool_calls: [{ function: { name: 'ewtn_web_002dsearch' } }] }, {}],
      tools: [{ function: { name: 'ewtn_web_002dsearch', parameters: { type: 'object', properties: {} } } }],
    });
  });

  it('results are messages of their own, one each', () => {
    const first = result('a', 'one', 'two').parts;
    const second = result('b').parts;
    const turn: Turn = { role: 'tool', parts: [...first, ...second] };
    expect(messagesOf([user(text('Hi')), assistant(call('a'), call('b')), turn])).toMatchObject([
      {},
      {},
      {
        role: 'tool',
        tool_call_id: 'a',
        content: [
          { type: 'text', text: 'one' },
          { type: 'text', text: 'two' },
        ],
      },
      { role: 'tool', tool_call_id: 'b', content: '' },
    ]);
  });

  it('lists that a result is an error', () => {
    const failed: Part = { type: 'tool-result', callId: 'a', name: null, content: [], isError: true };
    const turns: Turn[] = [user(text('Hi')), assistant(call('a')), { role: 'tool', parts: [failed] }];
    expect(encode({ turns }).dropped).toEqual(['messages.is_error']);
  });
});

describe('images, sounds and files', () => {
  it('traps D18: an image by its address is sent', () => {
    const url = 'https://example.com/cat.png';
    expect(messagesOf([user({ type: 'image', source: { kind: 'url', url } })])).toEqual([
      { role: 'user', content: [{ type: 'image_url', image_url: { url } }] },
    ]);
  });

  it.each<[string, Turn, string]>([
    ['an image of another type', user(image('image/tiff')), 'messages[0].content[0]'],
    [
      'another provider’s image',
      user({ type: 'image', source: { kind: 'file-id', id: 'f' } }),
      'messages[0].content[0]',
    ],
    ['an image of the assistant', assistant(text('x'), image('image/png')), 'messages[0].content[1]'],
    [
      'an image in a system message',
      { role: 'system', parts: [image('image/png')] },
      'messages[0].content[0]',
    ],
    ['sound', user(text('x'), { type: 'audio', data: 'AAAA', format: 'wav' }), 'messages[0].content[1]'],
    [
      'a file',
      user({
        type: 'file',
        name: 'a.pdf',
        source: { kind: 'inline', mediaType: 'application/pdf', data: 'AAAA' },
      }),
      'messages[0].content[0]',
    ],
    [
      'an image in a tool result',
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'c',
            name: null,
            isError: false,
            content: [{ type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } }],
          },
        ],
      },
      'messages[0].content[0][0]',
    ],
  ])('refuses %s by its place', (_, turn, param) => {
    expect(refusalOf({ turns: [turn] })).toBe(param);
  });
});

describe('citations', () => {
  const citation = (dialect: 'cohere-chat' | 'openai-chat'): Citation => ({
    url: 'https://example.com',
    title: null,
    citedText: null,
    span: { start: 0, end: 2 },
    native: { dialect, value: { start: 0, end: 2, text: 'It', sources: [] } },
  });

  it('of Cohere go back with their message, others are listed', () => {
    const cited = (...citations: Citation[]): Part => ({ type: 'text', text: 'It is.', citations });
    const own = encode({ turns: [assistant(cited(citation('cohere-chat'))), user(text('So?'))] });
    expect(own.body.messages).toMatchObject([
      { content: 'It is.', citations: [{ start: 0, end: 2, text: 'It', sources: [] }] },
      {},
    ]);
    expect(own.dropped).toEqual([]);
    const foreign = encode({ turns: [assistant(cited(citation('openai-chat'))), user(text('So?'))] });
    expect(foreign.body.messages).toEqual([
      { role: 'assistant', content: 'It is.' },
      { role: 'user', content: 'So?' },
    ]);
    expect(foreign.dropped).toEqual(['messages.annotations']);
  });
});
