import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Part, Turn } from '../../../../src/dialects/canonical.ts';
import type { Carried } from '../../../../src/dialects/codec.ts';
import { openaiChat } from '../../../../src/dialects/openai-chat/codec.ts';
import { encodeRequest } from '../../../../src/dialects/openai-chat/encode-request.ts';
import { InvalidRequest } from '../../../../src/errors.ts';
import { refusedField } from '../../../support/refused-field.ts';
import { cited, requestOf, thought } from './codec-support.ts';

const encode = (fields: Partial<CanonicalRequest>, carries: readonly Carried[] = [], model = 'm') =>
  encodeRequest({ ...requestOf(), ...fields }, { model, carries });
const messagesOf = (turns: readonly Turn[], carries?: readonly Carried[]) =>
  encode({ turns }, carries).body.messages;
const user = (...parts: Part[]): Turn => ({ role: 'user', parts });
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts });
const text = (said: string): Part => ({ type: 'text', text: said });
const call = (id: string, more: object = {}): Part => ({
  type: 'tool-call',
  id,
  name: 'f',
  input: '{}',
  isCustom: false,
  ...more,
});
const result = (callId: string, ...content: readonly Part[]): Turn => ({
  role: 'tool',
  parts: [{ type: 'tool-result', callId, name: null, content: content as [], isError: false }],
});
const signed: Part = thought('hm', 's', 'anthropic');
const PROOF = { signer: 'google', value: 'p' } as const;
const image: Part = { type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'QQ==' } };

describe('encodeRequest', () => {
  it('writes only what was asked for', () => {
    expect(encode({})).toEqual({
      body: { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
      dropped: [],
    });
  });

  it.each([
    ['m', [], { max_tokens: 9 }],
    ['mistral-large-latest', [], { max_tokens: 9 }],
    ['openai/gpt-oss-120b', [], { max_tokens: 9 }],
    ['gpt-4o', [], { max_tokens: 9 }],
    ['gpt-4o', ['max_completion_tokens'], { max_completion_tokens: 9 }],
    ['openai/gpt-5-mini', [], { max_completion_tokens: 9 }],
    ['o4-mini', [], { max_completion_tokens: 9 }],
    ['codex-mini-latest', [], { max_completion_tokens: 9 }],
  ] as const)('traps D7: writes one token limit to %s, which carries %j', (model, carries, limit) => {
    for (const asked of [{ max_tokens: 9 }, { max_completion_tokens: 9 }]) {
      const { body } = openaiChat.encodeRequest(requestOf(asked), { model, carries });
      expect(body).toEqual({ model, messages: [{ role: 'user', content: 'hi' }], ...limit });
    }
  });

  it('asks for usage when it streams, and keeps the other stream options', () => {
    expect(encode({ wantsStream: true }).body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
    const own = requestOf({ stream: true, stream_options: { include_obfuscation: false } });
    expect(encode(own).body.stream_options).toEqual({ include_obfuscation: false, include_usage: true });
  });

  it('traps C5: sends no stream options to who refuses them, and names what else was in them', () => {
    const target = { model: 'm', asksForUsage: false };
    const plain = encodeRequest(requestOf({ stream: true, stream_options: { include_usage: true } }), target);
    expect(plain.body).toEqual({ model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true });
    expect(plain.dropped).toEqual([]);
    const own = requestOf({ stream: true, stream_options: { include_obfuscation: false, late: true } });
    const encoded = encodeRequest(own, target);
    expect(encoded.body).not.toHaveProperty('stream_options');
    expect(encoded.dropped).toEqual(['stream_options']);
  });

  it('says `developer` only to targets that carry it', () => {
    const turns: Turn[] = [
      { role: 'system', parts: [text('a')] },
      { role: 'developer', parts: [text('b')] },
    ];
    const rolesTo = (carries: readonly Carried[]) =>
      (messagesOf(turns, carries) as { role: string }[]).map(({ role }) => role);
    expect(rolesTo([])).toEqual(['system', 'system']);
    expect(rolesTo(['developer'])).toEqual(['system', 'developer']);
    expect(encode({ turns }).dropped).toEqual([]);
  });

  it.each([
    [{ reasoning: { isEnabled: true, effort: 'max', budgetTokens: null } }, 'max', []],
    [{ reasoning: { isEnabled: false, effort: null, budgetTokens: null } }, 'none', []],
    [{ reasoning: { isEnabled: true, effort: null, budgetTokens: 1024 } }, 'low', []],
    [{ reasoning: { isEnabled: true, effort: null, budgetTokens: 10_000 } }, 'medium', []],
    [{ reasoning: { isEnabled: true, effort: null, budgetTokens: 32_000 } }, 'high', []],
    [{ reasoning: { isEnabled: true, effort: 'low', budgetTokens: 5 } }, 'low', ['thinking.budget_tokens']],
    [{ reasoning: { isEnabled: false, effort: 'high', budgetTokens: null } }, 'none', []],
    [{ reasoning: { isEnabled: true, effort: null, budgetTokens: null } }, undefined, []],
  ])('writes %j as effort %s', (fields, effort, dropped) => {
    const encoded = encode(fields);
    expect(encoded.body.reasoning_effort).toBe(effort);
    expect(encoded.dropped).toEqual(dropped);
  });

  it.each([
    ['gpt-4o', 'none', undefined, false],
    ['gpt-4.1', 'low', undefined, true],
    ['gpt-3.5-turbo', 1024, undefined, true],
    ['gpt-4o', true, undefined, true],
    ['o3', 'none', 'low', true],
    ['o3', 'minimal', 'low', true],
    ['o3', 'high', 'high', false],
    ['o3', 'xhigh', 'high', true],
    ['gpt-5', 'none', 'minimal', true],
    ['gpt-5', 'max', 'high', true],
    ['gpt-5-pro', 1024, 'high', true],
    ['gpt-5.1', 'none', 'none', false],
    ['gpt-5.1', 'minimal', 'low', true],
    ['openai/gpt-5.2', 'max', 'xhigh', true],
    ['gpt-5.6-sol', 'max', 'max', false],
    ['gpt-6-astra', 'none', 'low', true],
    ['gpt-6-luna', 'none', 'none', false],
    ['gpt-6-luna', 'immense', undefined, true],
    ['deepseek-chat', 'immense', 'immense', false],
    ['gpt-5', true, undefined, false],
  ])('says to %s of the effort %s: %s', (model, asked, effort, isNamed) => {
    const reasoning = {
      isEnabled: asked !== 'none',
      effort: typeof asked === 'string' ? asked : null,
      budgetTokens: typeof asked === 'number' ? asked : null,
    };
    const { body, dropped } = encode({ reasoning }, [], model);
    expect(body.reasoning_effort).toBe(effort);
    expect(dropped).toEqual(isNamed ? ['reasoning_effort'] : []);
  });

  it('says nothing of choosing and parallel calls where no tool is left', () => {
    const tools = [
      { kind: 'server', dialect: 'anthropic-messages', value: { type: 'web_search_20250305' } },
    ] as const;
    const soft = [
      { kind: 'auto' },
      { kind: 'none' },
      { kind: 'allowed', mode: 'auto', names: ['f'] },
    ] as const;
    for (const toolChoice of soft) {
      const { body, dropped } = encode({ tools, toolChoice, parallelToolCalls: false });
      expect(body).toEqual({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
      expect(dropped).toEqual(['tools.web_search_20250305']);
    }
    const demands = [
      { kind: 'required' },
      { kind: 'named', name: 'web_search' },
      { kind: 'allowed', mode: 'required', names: ['f'] },
    ] as const;
    for (const toolChoice of demands) {
      expect(refusedField(() => encode({ tools, toolChoice }))).toBe('tool_choice');
      expect(refusedField(() => encode({ toolChoice }))).toBe('tool_choice');
    }
  });

  it('names what the form has no place for', () => {
    const { body, dropped } = encode({
      topK: 5,
      extra: { 'anthropic-messages': { container: 'c' } },
      tools: [{ kind: 'server', dialect: 'anthropic-messages', value: { type: 'web_search_20250305' } }],
      turns: [
        assistant(
          signed,
          { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } },
          { type: 'text', text: 'a', citations: [cited({ url: 'x' })], cacheMarker: { ttl: null } },
          call('c', { signature: PROOF }),
        ),
        {
          role: 'tool',
          parts: [{ type: 'tool-result', callId: 'c', name: null, content: [], isError: true }],
        },
      ],
    });
    expect([...dropped].sort()).toEqual([
      'cache_control',
      'container',
      'messages.annotations',
      'messages.extra_content',
      'messages.is_error',
      'messages.reasoning_content',
      'messages.server_tool_use',
      'tools.web_search_20250305',
      'top_k',
    ]);
    expect(body).toEqual({
      model: 'm',
      messages: [
        {
          role: 'assistant',
          content: 'a',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: '' },
      ],
    });
  });

  it('carries thinking, proofs and cache markers to targets that take them', () => {
    const turns = [
      assistant(
        signed,
        { type: 'text', text: 'a', cacheMarker: { ttl: '1h' } },
        call('c', { signature: PROOF }),
      ),
    ];
    const { body, dropped } = encode({ turns }, [
      'cache_control',
      'reasoning_content',
      'reasoning_details',
      'thought_signature',
    ]);
    expect(dropped).toEqual([]);
    expect(body.messages).toEqual([
      {
        role: 'assistant',
        content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        reasoning_content: 'hm',
        reasoning_details: [
          { type: 'reasoning.text', text: 'hm', signature: 's', format: 'anthropic-claude-v1', index: 0 },
        ],
        tool_calls: [
          {
            id: 'c',
            type: 'function',
            function: { name: 'f', arguments: '{}' },
            extra_content: { google: { thought_signature: 'p' } },
          },
        ],
      },
    ]);
    expect(openaiChat.decodeRequest(body).turns).toEqual(turns);
  });

  it('traps D12: takes proofs back to Google only, and names every other one', () => {
    const foreign = { signer: 'anthropic', value: 'a' } as const;
    const turns = [
      assistant(
        { type: 'text', text: 'a', signature: PROOF },
        call('c', { signature: foreign }),
        call('d', { signature: PROOF }),
      ),
    ];
    const { body, dropped } = encode({ turns }, ['thought_signature']);
    const extra_content = { google: { thought_signature: 'p' } };
    const sent = { type: 'function', function: { name: 'f', arguments: '{}' } };
    expect(body.messages).toEqual([
      {
        role: 'assistant',
        content: 'a',
        tool_calls: [
          { id: 'c', ...sent },
          { id: 'd', ...sent, extra_content },
        ],
        extra_content,
      },
    ]);
    expect(dropped).toEqual(['messages.extra_content']);
    const unsigned = [assistant({ type: 'text', text: 'a', signature: PROOF }, call('c'))];
    expect(encode({ turns: unsigned }, ['thought_signature']).dropped).toEqual(['messages.extra_content']);
  });

  it('marks custom tools for the cache, and keeps what only this form knows of them', () => {
    const tool = {
      type: 'custom',
      custom: { name: 'g', depth: 2 },
      defer: true,
      cache_control: { type: 'ephemeral' },
    };
    const { tools } = requestOf({ tools: [tool] });
    expect(encode({ tools }, ['cache_control']).body.tools).toEqual([tool]);
    expect(encode({ tools }).dropped).toEqual(['cache_control']);
  });

  it('keeps the name in a tool message of the same form, and takes sound in it', () => {
    const input_audio = { data: 'QQ==', format: 'wav' };
    const content = [
      { type: 'text', text: 'heard' },
      { type: 'input_audio', input_audio },
    ];
    const { turns } = requestOf({ messages: [{ role: 'tool', tool_call_id: 'a', name: 'f', content }] });
    expect(messagesOf(turns)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'heard', name: 'f' },
      { role: 'user', content: [{ type: 'input_audio', input_audio }] },
    ]);
  });

  it('wire 17: joins the pieces of one text with nothing between', () => {
    expect(messagesOf([assistant(text('a'), text('b'))])).toEqual([{ role: 'assistant', content: 'ab' }]);
  });

  it('leaves out a turn of which nothing is left, and keeps one that was empty', () => {
    expect(messagesOf([assistant(signed), assistant(text('')), assistant()])).toEqual([
      { role: 'assistant', content: '' },
      { role: 'assistant', content: '' },
    ]);
  });

  it('puts images of tool results into a user message after the last result', () => {
    const turns = [
      assistant(call('a'), call('b')),
      result('a', text('one'), image),
      result('b', image),
      user(text('so?')),
    ];
    const url = { type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==' } };
    expect(messagesOf(turns)).toMatchObject([
      { role: 'assistant', content: null },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'b', content: 'The result is in the next user message.' },
      { role: 'user', content: [url, url] },
      { role: 'user', content: 'so?' },
    ]);
  });

  it('writes several results of one turn as several messages', () => {
    const [first, second] = [result('a', text('1')), result('b', text('2'))];
    expect(messagesOf([{ role: 'tool', parts: [...first.parts, ...second.parts] }])).toEqual([
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
    ]);
  });

  it('traps D1: gives too long ids short names, one each, the same for call and result', () => {
    const long = (end: string) => 'x'.repeat(60) + end;
    const turns = [
      assistant(call(long('a')), call(long('b')), call('call_long_0')),
      result(long('b'), text('2')),
    ];
    const messages = messagesOf(turns) as { tool_calls?: { id: string }[]; tool_call_id?: string }[];
    expect(messages[0]?.tool_calls?.map(({ id }) => id)).toEqual([
      'call_long_0_',
      'call_long_1',
      'call_long_0',
    ]);
    expect(messages[1]?.tool_call_id).toBe('call_long_1');
  });

  it('traps D19: equal requests give equal bytes', () => {
    const turns = [assistant(call('x'.repeat(50))), result('x'.repeat(50), text('2'))];
    expect(JSON.stringify(encode({ turns }))).toBe(JSON.stringify(encode({ turns })));
  });

  it.each([
    ['auto', { kind: 'auto' }, 'auto'],
    ['none', { kind: 'none' }, 'none'],
    ['required', { kind: 'required' }, 'required'],
    ['named', { kind: 'named', name: 'f' }, { type: 'function', function: { name: 'f' } }],
    ['named custom', { kind: 'named', name: 'g' }, { type: 'custom', custom: { name: 'g' } }],
    [
      'allowed',
      { kind: 'allowed', mode: 'required', names: ['f', 'g'] },
      {
        type: 'allowed_tools',
        allowed_tools: {
          mode: 'required',
          tools: [
            { type: 'function', function: { name: 'f' } },
            { type: 'custom', custom: { name: 'g' } },
          ],
        },
      },
    ],
  ] as const)(
    'traps D5: writes the tool choice %s, with parallel calls true, false and unsaid',
    (_, toolChoice, expected) => {
      const tools = [
        { kind: 'function', name: 'f', description: null, parameters: null, strict: null },
        { kind: 'custom', name: 'g', description: null, format: null },
      ] as const;
      for (const parallelToolCalls of [true, false, null]) {
        const { body } = encode({ toolChoice, tools, parallelToolCalls });
        expect(body.tool_choice).toEqual(expected);
        expect(body.parallel_tool_calls).toBe(parallelToolCalls ?? undefined);
      }
    },
  );

  const source = { kind: 'file-id', id: 'file_9' } as const;
  it.each<[string, Turn]>([
    ["another vendor's file id", user({ type: 'file', source, name: null })],
    ['an image by file id', user({ type: 'image', source })],
    ['a file by URL', user({ type: 'file', source: { kind: 'url', url: 'https://x/a.pdf' }, name: null })],
    ['an image in a system message', { role: 'system', parts: [image] }],
    ['an image in an assistant message', assistant(image)],
  ])('refuses %s', (_, turn) => {
    expect(() => encode({ turns: [turn] })).toThrow(InvalidRequest);
  });

  it.each([
    { functions: [{ name: 'f' }], function_call: 'auto' },
    { top_k: 4, reasoning: { effort: 'low', max_tokens: 9 }, prediction: { type: 'content', content: 'x' } },
    { user: 'u', safety_identifier: 's', metadata: { a: 'b' }, n: 2, seed: 1, stop: ['x'] },
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', strict: true, schema: { type: 'object' } },
      },
    },
    {
      tools: [
        { type: 'custom', custom: { name: 'g', description: 'd' } },
        { type: 'live', on: true },
      ],
    },
    { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }] },
  ])('says %j again in the same form, and drops nothing', (fields) => {
    const asked = requestOf(fields);
    const { body, dropped } = openaiChat.encodeRequest(asked, { model: 'm' });
    expect(dropped).toEqual([]);
    const { tools, ...again } = openaiChat.decodeRequest(body);
    expect(again).toEqual({ ...asked, tools: undefined });
    expect(JSON.stringify(tools)).toEqual(
      JSON.stringify(asked.tools).replace(/,"extra":\{"openai-chat":\{\}\}/g, ''),
    );
  });
});
