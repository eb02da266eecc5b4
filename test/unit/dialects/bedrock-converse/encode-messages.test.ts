import { describe, expect, it } from 'vitest';
import type { JsonObject, Part, Turn } from '../../../../src/dialects/canonical.ts';
import {
  assistant,
  CLAUDE,
  call,
  encode,
  GPT,
  NOVA,
  refusalOf,
  result,
  system,
  text,
  thought,
  user,
} from './support.ts';

const LLAMA = 'us.meta.llama3-3-70b-instruct-v1:0';
type Blocks = { readonly role: string; readonly content: readonly JsonObject[] }[];
const messagesOf = (turns: readonly Turn[], model?: string): Blocks =>
  encode({ turns }, model).body.messages as Blocks; // as `encode-messages.ts` writes them

describe('messages', () => {
  it('traps D4: gathers instructions wherever they stand, and merges neighbours', () => {
    const turns: Turn[] = [
      system('One'),
      user('A'),
      user('B'),
      assistant(text('C')),
      { role: 'developer', parts: [text('Two')] },
      user('D'),
    ];
    const { body } = encode({ turns });
    expect(body.system).toEqual([{ text: 'One' }, { text: 'Two' }]);
    expect(body.messages).toEqual([
      { role: 'user', content: [{ text: 'A' }, { text: 'B' }] },
      { role: 'assistant', content: [{ text: 'C' }] },
      { role: 'user', content: [{ text: 'D' }] },
    ]);
  });

  it.each(['mistral.mistral-7b-instruct-v0:2', 'amazon.titan-text-express-v1'])(
    'opens the conversation with the instructions for %s, which has no place for them',
    (model) => {
      const { body } = encode({ turns: [system('Be brief'), user('Hi')] }, model);
      expect(body).not.toHaveProperty('system');
      expect(body.messages).toEqual([{ role: 'user', content: [{ text: 'Be brief' }, { text: 'Hi' }] }]);
    },
  );

  it('traps D2: puts parallel results into one user message, each with its cache point, before all else', () => {
    const marked: Turn = {
      role: 'tool',
      parts: [
        {
          type: 'tool-result',
          callId: 'b',
          name: null,
          content: [{ type: 'text', text: '2' }],
          isError: false,
          cacheMarker: { ttl: null },
        },
      ],
    };
    const [, , last] = messagesOf([
      user('Hi'),
      assistant(call('a'), call('b')),
      result('a', '1'),
      user('And?'),
      marked,
    ]);
    expect(last).toEqual({
      role: 'user',
      content: [
        { toolResult: { toolUseId: 'a', content: [{ text: '1' }] } },
        { toolResult: { toolUseId: 'b', content: [{ text: '2' }] } },
        { cachePoint: { type: 'default' } },
        { text: 'And?' },
      ],
    });
  });

  it.each<[string, Turn, JsonObject[]]>([
    [
      'an empty text beside a call',
      assistant(text(''), call('a')),
      [{ toolUse: { toolUseId: 'a', name: 'look', input: {} } }],
    ],
    ['a blank text beside another', assistant(text('\n'), text('ok')), [{ text: 'ok' }]],
    ['blanks at the end of the last assistant message', assistant(text('So: \n')), [{ text: 'So:' }]],
  ])('traps D3: leaves out %s', (_, turn, content) => {
    expect(messagesOf([user('Hi'), turn]).at(-1)).toEqual({ role: 'assistant', content });
  });

  it.each<[string, Turn]>([
    ['of an empty text', assistant(text(''))],
    ['of blanks', assistant(text(' \n'))],
    ['without parts', assistant()],
  ])('traps D3: leaves out a turn %s, and merges its neighbours', (_, turn) => {
    expect(messagesOf([user('Hi'), turn, user('More')])).toEqual([
      { role: 'user', content: [{ text: 'Hi' }, { text: 'More' }] },
    ]);
  });

  it('traps D3: refuses an empty question, and no messages at all', () => {
    expect(refusalOf({ turns: [user('Hi'), assistant(text('Yes')), user(' ')] })).toBe('messages[2].content');
    expect(refusalOf({ turns: [assistant(text(''))] })).toBe('messages');
  });

  it('leaves out blank instructions, and an empty result’s text', () => {
    expect(encode({ turns: [system(' '), user('Hi')] }).body).not.toHaveProperty('system');
    expect(messagesOf([user('Hi'), assistant(call('a')), result('a', '')])[2]?.content).toEqual([
      { toolResult: { toolUseId: 'a', content: [] } },
    ]);
  });

  it('says that a tool failed where the model knows the word', () => {
    const turns = [user('Hi'), assistant(call('a')), result('a', 'no', true)];
    expect(messagesOf(turns)[2]?.content).toMatchObject([{ toolResult: { status: 'error' } }]);
    const { body, dropped } = encode({ turns }, LLAMA);
    expect(JSON.stringify(body)).not.toContain('status');
    expect(dropped).toEqual(['messages.is_error']);
  });

  it('traps D1: keeps ids apart, and the same in call and result', () => {
    const messages = messagesOf([
      user('Hi'),
      assistant(call('functions.look:0'), call('functions_look_0')),
      result('functions.look:0'),
      result('functions_look_0'),
    ]);
    const ids = messages.flatMap(({ content }) =>
      content.flatMap((block) => {
        const { toolUseId } = (block.toolUse ?? block.toolResult ?? {}) as JsonObject; // one of the two
        return typeof toolUseId === 'string' ? [toolUseId] : [];
      }),
    );
    expect(new Set(ids).size).toBe(2);
    expect(ids.slice(0, 2)).toEqual(ids.slice(2));
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  });

  it.each([
    ['', {}],
    ['null', {}],
    ['{"a":1}', { a: 1 }],
    ['{"a":', { INVALID_JSON: '{"a":' }],
  ])('wire 37: arguments %j become an object', (input, expected) => {
    expect(messagesOf([user('Hi'), assistant(call('a', input)), result('a')])[1]?.content).toMatchObject([
      { toolUse: { input: expected } },
    ]);
  });
});

describe('thoughts', () => {
  const signed = thought('Hm', 'EtkBCkgIEBABGAIqQIyk4xd3CqsRUUTwvw==');
  const blocksOf = (part: Part, model: string) =>
    messagesOf([user('Hi'), assistant(part, text('Yes')), user('More')], model)[1]?.content;
  const redacted = (signer: 'anthropic' | 'amazon', value: string): Part => ({
    type: 'reasoning',
    text: '',
    signature: null,
    redacted: value,
    signer,
  });

  it('traps D13: go back to Claude byte for byte', () => {
    const signature = 'EtkBCkgIEBABGAIqQIyk4xd3CqsRUUTwvw==';
    expect(blocksOf(signed, CLAUDE)).toEqual([
      { reasoningContent: { reasoningText: { text: 'Hm', signature } } },
      { text: 'Yes' },
    ]);
    expect(blocksOf(redacted('anthropic', 'Eu8ECkgIBxABGAIq'), CLAUDE)).toEqual([
      { reasoningContent: { redactedContent: btoa('Eu8ECkgIBxABGAIq') } },
      { text: 'Yes' },
    ]);
  });

  it('go back to GPT on Bedrock as it encrypted them', () => {
    expect(blocksOf(redacted('amazon', 'Z0FBQUFBQm8='), GPT)).toEqual([
      { reasoningContent: { redactedContent: 'Z0FBQUFBQm8=' } },
      { text: 'Yes' },
    ]);
  });

  it.each<[string, Part, string]>([
    ['Claude’s, to Nova', signed, NOVA],
    ['Claude’s, to DeepSeek', signed, 'us.deepseek.r1-v1:0'],
    ['unsigned ones, to Claude', thought('Hm', null), CLAUDE],
    ['GPT’s, to Claude', redacted('amazon', 'Z0FBQUFBQm8='), CLAUDE],
    ['Gemini’s, to Claude', { ...signed, signer: 'google' } as Part, CLAUDE],
  ])('traps D13: %s, are left out visibly', (_, part, model) => {
    const turns = [user('Hi'), assistant(part, text('Yes')), user('More')];
    expect(messagesOf(turns, model)[1]?.content).toEqual([{ text: 'Yes' }]);
    expect(encode({ turns }, model).dropped).toEqual(['messages.reasoning_content']);
  });

  it('alone are no message', () => {
    const { body, dropped } = encode({ turns: [user('Hi'), assistant(signed), user('More')] });
    expect(body.messages).toEqual([{ role: 'user', content: [{ text: 'Hi' }, { text: 'More' }] }]);
    expect(dropped).toEqual(['messages.reasoning_content']);
  });
});
