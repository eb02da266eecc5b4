import { describe, expect, it } from 'vitest';
import type { Part, Turn } from '../../../../src/dialects/canonical.ts';
import { assistant, call, encode, png, refusalOf, result, text, thought, user } from './support.ts';

const messagesOf = (...turns: Turn[]) => encode({ turns }).body.messages;

describe('messages', () => {
  it('tell a whole conversation with tools in Ollama’s words (wire 41)', () => {
    const { body, dropped } = encode({
      turns: [
        { role: 'system', parts: [text('Be brief.'), text('Be kind.')] },
        user(text('What is this?'), png, text('And where?')),
        assistant(
          thought('I will look.'),
          text('A '),
          text('moment.'),
          call('c1', '{"at":{"x":1}}'),
          call('c2'),
        ),
        result('c1', 'here', 'and there'),
        result('c2'),
        assistant(text('Here.')),
        { role: 'developer', parts: [text('Go on.')] },
        user(text('Thanks')),
      ],
    });
    expect(body.messages).toEqual([
      { role: 'system', content: 'Be brief.\nBe kind.' },
      { role: 'user', content: 'What is this?\nAnd where?', images: ['AAAA'] },
      {
        role: 'assistant',
        content: 'A moment.',
        thinking: 'I will look.',
        tool_calls: [
          { id: 'c1', function: { name: 'look', arguments: { at: { x: 1 } } } },
          { id: 'c2', function: { name: 'look', arguments: {} } },
        ],
      },
      { role: 'tool', content: 'here\nand there', tool_name: 'look', tool_call_id: 'c1' },
      { role: 'tool', content: '', tool_name: 'look', tool_call_id: 'c2' },
      { role: 'assistant', content: 'Here.' },
      { role: 'system', content: 'Go on.' },
      { role: 'user', content: 'Thanks' },
    ]);
    expect(dropped).toEqual([]);
  });

  it('traps D3: empty ones go, but not the question; and there is always one, or Ollama loads the model only', () => {
    expect(messagesOf(user(text('')), user(text('Hi')), assistant(text('')), user(png))).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'user', content: '', images: ['AAAA'] },
    ]);
    expect(refusalOf({ turns: [user(text('Hi')), user(text(''))] })).toBe('messages[1].content');
    expect(refusalOf({ turns: [assistant(text(''))] })).toBe('messages');
    expect(refusalOf({ turns: [] })).toBe('messages');
  });

  it.each<[string, string, boolean, object]>([
    ['nothing', '', false, {}],
    ['null', 'null', false, {}],
    ['a list', '[1]', false, { INVALID_JSON: '[1]' }],
    ['broken', '{"a":', false, { INVALID_JSON: '{"a":' }],
    ['free text', 'SELECT 1', true, { input: 'SELECT 1' }],
  ])('arguments are objects: %s', (_, input, isCustom, expected) => {
    const made = { ...call('c', input), isCustom } as Part;
    expect(messagesOf(user(text('Hi')), assistant(made), result('c', 'x'))).toMatchObject([
      {},
      { tool_calls: [{ function: { arguments: expected } }] },
      {},
    ]);
  });

  it('a result of a call that nobody made has no name', () => {
    expect(messagesOf(result('ghost', 'x'))).toEqual([{ role: 'tool', content: 'x', tool_call_id: 'ghost' }]);
  });

  it.each<[string, object]>([
    ['signed', { signature: 'proof', signer: 'google' }],
    ['hidden', { redacted: 'data', signer: 'anthropic' }],
  ])('traps D13: thinking that is %s is left out and listed', (_, fields) => {
    const foreign = { ...thought('Hm.'), ...fields } as Part;
    const { body, dropped } = encode({ turns: [assistant(foreign, text('Yes.')), user(text('Why?'))] });
    expect(body.messages).toEqual([
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: 'Why?' },
    ]);
    expect(dropped).toEqual(['messages.reasoning_content']);
  });

  it('lists what it has no place for', () => {
    const failed: Part = { type: 'tool-result', callId: 'c', name: 'look', content: [], isError: true };
    const citation = {
      url: null,
      title: null,
      citedText: null,
      span: null,
      native: { dialect: 'cohere-chat', value: {} },
    } as const;
    const { dropped } = encode({
      turns: [
        {
          ...user({ ...png, detail: 'high' } as Part, { ...text('x'), cacheMarker: { ttl: null } }),
          name: 'Ann',
        },
        assistant({ type: 'text', text: 'x', citations: [citation] }, call('c')),
        { role: 'tool', parts: [failed] },
        assistant(text('x'), {
          type: 'opaque',
          dialect: 'anthropic-messages',
          value: { type: 'mcp_tool_use' },
        }),
        user(text('So?')),
      ],
    });
    expect(dropped).toEqual([
      'messages.name',
      'cache_control',
      'messages.image_url.detail',
      'messages.annotations',
      'messages.is_error',
      'messages.mcp_tool_use',
    ]);
  });

  it.each<[string, Turn, string]>([
    [
      'an image by its address',
      user({ type: 'image', source: { kind: 'url', url: 'https://example.com/cat.png' } }),
      'messages[0].content[0]',
    ],
    [
      'another provider’s image',
      user({ type: 'image', source: { kind: 'file-id', id: 'f' } }),
      'messages[0].content[0]',
    ],
    ['an image of the assistant', assistant(text('x'), png), 'messages[0].content[1]'],
    ['an image in a system message', { role: 'system', parts: [text('x'), png] }, 'messages[0].content[1]'],
    ['sound', user({ type: 'audio', data: 'AAAA', format: 'wav' }), 'messages[0].content[0]'],
    [
      'a file',
      user(text('x'), { type: 'file', name: null, source: { kind: 'file-id', id: 'f' } }),
      'messages[0].content[1]',
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
      'messages[0].content[0].content[0]',
    ],
  ])('traps D18: refuses %s by its place', (_, turn, param) => {
    expect(refusalOf({ turns: [turn] })).toBe(param);
  });
});
