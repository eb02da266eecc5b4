import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Part, Turn } from '../../../../src/dialects/canonical.ts';
import { refusedField } from '../../../support/refused-field.ts';
import { decode, encode, text } from './support.ts';

const user = (...parts: Part[]): Turn => ({ role: 'user', parts });
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts });
const inputOf = (turns: readonly Turn[]): unknown => encode({ turns }).body.input;
const call = (id: string, isCustom = false, input = '{}'): Part => ({
  type: 'tool-call',
  id,
  name: 'look',
  input,
  isCustom,
});
const thought = (signer: 'openai' | 'anthropic', fields: object = {}): Part => ({
  type: 'reasoning',
  text: 'Hm.',
  signature: 'proof',
  redacted: null,
  signer,
  ...fields,
});

describe('input', () => {
  it('leaves system and developer messages where they stand', () => {
    const turns: Turn[] = [
      user(text('Hi')),
      { role: 'system', parts: [text('Be brief.')] },
      { role: 'developer', parts: [text('And kind.')] },
    ];
    const heard = (role: string) => [
      { type: 'message', role: 'user', content: 'Hi' },
      { type: 'message', role: 'system', content: 'Be brief.' },
      { type: 'message', role, content: 'And kind.' },
    ];
    expect(encode({ turns }, ['developer']).body.input).toEqual(heard('developer'));
    expect(encode({ turns })).toMatchObject({ body: { input: heard('system') }, dropped: [] });
  });

  it('sends instructions as instructions', () => {
    const { turns } = decode({ instructions: 'Be brief.' });
    expect(encode({ turns }).body).toMatchObject({
      instructions: 'Be brief.',
      input: [{ type: 'message', role: 'user', content: 'Hi' }],
    });
  });

  it('writes every kind of content', () => {
    const parts: Part[] = [
      text('Look:'),
      { type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' }, detail: 'low' },
      { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
      { type: 'image', source: { kind: 'file-id', id: 'file-1' } },
      { type: 'file', source: { kind: 'inline', mediaType: 'application/pdf', data: 'AAAA' }, name: null },
      { type: 'file', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' }, name: 'a.png' },
      { type: 'file', source: { kind: 'url', url: 'https://example.com/a.pdf' }, name: 'a.pdf' },
      { type: 'file', source: { kind: 'file-id', id: 'file-2' }, name: null },
      { type: 'audio', data: 'AAAA', format: 'wav' },
    ];
    expect(inputOf([user(...parts)])).toEqual([
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look:' },
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
          { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'auto' },
          { type: 'input_image', file_id: 'file-1', detail: 'auto' },
          { type: 'input_file', filename: 'file.pdf', file_data: 'data:application/pdf;base64,AAAA' },
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
          { type: 'input_file', file_url: 'https://example.com/a.pdf', filename: 'a.pdf' },
          { type: 'input_file', file_id: 'file-2' },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
        ],
      },
    ]);
  });

  it('makes items of an assistant’s turn, in their order', () => {
    const parts = [
      thought('openai'),
      text('Let me look.'),
      { type: 'refusal' as const, text: 'No.' },
      call('call_1', false, ''),
      text('And here.'),
      call('call_2', true, '*** a'),
    ];
    const image: Part = { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } };
    const results: Turn[] = [
      {
        role: 'tool',
        parts: [{ type: 'tool-result', callId: 'call_1', name: null, content: [], isError: false }],
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'call_2',
            name: null,
            content: [{ type: 'text', text: 'done' }, image],
            isError: false,
          },
        ],
      },
    ];
    expect(inputOf([assistant(...parts), ...results])).toEqual([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'proof' },
      {
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Let me look.' },
          { type: 'refusal', refusal: 'No.' },
        ],
      },
      { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'And here.' }] },
      { type: 'custom_tool_call', call_id: 'call_2', name: 'look', input: '*** a' },
      { type: 'function_call_output', call_id: 'call_1', output: '' },
      {
        type: 'custom_tool_call_output',
        call_id: 'call_2',
        output: [
          { type: 'input_text', text: 'done' },
          { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'auto' },
        ],
      },
    ]);
  });

  it('traps D1: gives too long ids short names, one each, the same for call and result', () => {
    const long = (end: string) => 'x'.repeat(70) + end;
    const result = (callId: string): Part => ({
      type: 'tool-result',
      callId,
      name: null,
      content: [{ type: 'text', text: 'done' }],
      isError: false,
    });
    const turns = [
      assistant(call(long('a')), call(long('b'), true), call('call_1')),
      { role: 'tool', parts: [result(long('b')), result('call_1'), result(long('a'))] } as const,
    ];
    const items = inputOf(turns) as { call_id: string }[];
    expect(items.map(({ call_id }) => call_id)).toEqual([
      'call_long_0',
      'call_long_1',
      'call_1',
      'call_long_1',
      'call_1',
      'call_long_0',
    ]);
  });

  it('traps D13: leaves out thinking that another vendor proved, or nobody, and says so', () => {
    const { body, dropped } = encode({
      turns: [assistant(thought('anthropic'), text('a')), user(text('b'))],
    });
    expect(JSON.stringify(body)).not.toContain('proof');
    expect(dropped).toEqual(['messages.reasoning_content']);
    const bare = assistant({
      type: 'reasoning',
      text: 'Hm.',
      signature: null,
      redacted: null,
      signer: 'other',
    });
    expect(encode({ turns: [bare] }).dropped).toEqual(['messages.reasoning_content']);
    expect(encode({ turns: [bare] }, ['reasoning_content']).body.input).toEqual([
      { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] },
    ]);
  });

  it('sends items that only this form knows as they came, and names those of others', () => {
    const opaque = (dialect: 'openai-responses' | 'anthropic-messages'): Part => ({
      type: 'opaque',
      dialect,
      value: { type: 'web_search_call', id: 'ws_1' },
    });
    const { body, dropped } = encode({
      turns: [assistant(opaque('openai-responses'), opaque('anthropic-messages'))],
    });
    expect(body.input).toEqual([{ type: 'web_search_call', id: 'ws_1' }]);
    expect(dropped).toEqual(['messages.web_search_call']);
  });

  it('puts messages of different phases apart', () => {
    const said = (phase: string): Part => ({
      type: 'text',
      text: phase,
      extra: { 'openai-responses': { phase } },
    });
    expect(inputOf([assistant(said('commentary'), said('final_answer'))])).toMatchObject([
      { phase: 'commentary', content: [{ type: 'output_text', text: 'commentary' }] },
      { phase: 'final_answer', content: [{ type: 'output_text', text: 'final_answer' }] },
    ]);
  });

  it('names what else has no place', () => {
    const { dropped } = encode({
      turns: [
        { role: 'user', name: 'Ann', parts: [{ type: 'text', text: 'a', cacheMarker: { ttl: '5m' } }] },
        assistant({ ...call('call_1'), signature: { signer: 'google', value: 's' } } as Part, {
          type: 'image',
          source: { kind: 'url', url: 'https://example.com/a.png' },
        }),
        {
          role: 'tool',
          parts: [{ type: 'tool-result', callId: 'call_1', name: null, content: [], isError: true }],
        },
      ],
    });
    expect(dropped).toEqual([
      'messages.name',
      'cache_control',
      'messages.extra_content',
      'messages.image_url',
      'messages.is_error',
    ]);
  });
});

describe('fields', () => {
  it('traps D19: makes equal bytes of equal requests', () => {
    const body = { input: 'Hi', reasoning: { effort: 'low' }, tools: [{ type: 'function', name: 'a' }] };
    const write = () => JSON.stringify(encode(decode(body)).body);
    expect(write()).toBe(write());
  });

  it('asks to store nothing, and for the proofs of thinking', () => {
    expect(encode({}).body).toEqual({
      model: 'gpt-5.2',
      input: [{ type: 'message', role: 'user', content: 'Hi' }],
      store: false,
    });
    const reasoning = { isEnabled: true, effort: 'low', budgetTokens: null };
    expect(encode({ reasoning }).body).toMatchObject({
      reasoning: { effort: 'low' },
      include: ['reasoning.encrypted_content'],
    });
    expect(encode({ turns: [assistant(thought('openai'))] }).body.include).toEqual([
      'reasoning.encrypted_content',
    ]);
    expect(encode({ reasoning: { ...reasoning, isEnabled: false } }).body.include).toBeUndefined();
  });

  it.each([
    [{ isEnabled: false, effort: null, budgetTokens: null }, { effort: 'none' }],
    [{ isEnabled: true, effort: null, budgetTokens: 1024 }, { effort: 'low' }],
    [{ isEnabled: true, effort: null, budgetTokens: 8192 }, { effort: 'medium' }],
    [{ isEnabled: true, effort: null, budgetTokens: 30_000 }, { effort: 'high' }],
    [{ isEnabled: true, effort: 'xhigh', budgetTokens: 1024 }, { effort: 'xhigh' }],
    [{ isEnabled: null, effort: null, budgetTokens: null, summary: 'summarized' }, { summary: 'auto' }],
    [{ isEnabled: true, effort: null, budgetTokens: null }, undefined],
  ])('writes thinking %j as %j', (reasoning, expected) => {
    expect(encode({ reasoning }).body.reasoning).toEqual(expected);
  });

  it.each([
    ['gpt-5', 'max', 'high'],
    ['gpt-5', 'none', 'minimal'],
    ['o4-mini', 'minimal', 'low'],
    ['gpt-5.2', 'max', 'xhigh'],
  ])('says to %s of the effort %s: %s, and names it', (model, effort, sent) => {
    const reasoning = { isEnabled: effort !== 'none', effort, budgetTokens: null };
    const { body, dropped } = encode({ reasoning }, [], model);
    expect(body.reasoning).toEqual({ effort: sent });
    expect(dropped).toEqual(['reasoning_effort']);
  });

  it('does not speak of thinking to models that do not think', () => {
    const to = (fields: Partial<CanonicalRequest>) => {
      const { body, dropped } = encode(fields, ['developer'], 'gpt-4.1');
      expect([body.reasoning, body.include]).toEqual([undefined, undefined]);
      return dropped;
    };
    const reasoning = { isEnabled: true, effort: 'low', budgetTokens: null };
    expect(to({ reasoning })).toEqual(['reasoning_effort']);
    expect(to({ reasoning: { ...reasoning, summary: 'auto' } })).toEqual([
      'reasoning_effort',
      'reasoning.summary',
    ]);
    expect(to({ reasoning: { isEnabled: false, effort: null, budgetTokens: null } })).toEqual([]);
    expect(to({ turns: [assistant(thought('openai'), text('a'))] })).toEqual(['messages.reasoning_content']);
  });

  it('says nothing of choosing and parallel calls where no tool is left', () => {
    const tools = [
      { kind: 'server', dialect: 'anthropic-messages', value: { type: 'web_search_20250305' } },
    ] as const;
    const { body } = encode({ tools, toolChoice: { kind: 'auto' }, parallelToolCalls: false });
    expect([body.tool_choice, body.parallel_tool_calls]).toEqual([undefined, undefined]);
    for (const toolChoice of [{ kind: 'required' }, { kind: 'named', name: 'web_search' }] as const) {
      expect(refusedField(() => encode({ tools, toolChoice }))).toBe('tool_choice');
      expect(refusedField(() => encode({ toolChoice }))).toBe('tool_choice');
    }
    const searching = { web_search_options: {} };
    expect(
      encode({ toolChoice: { kind: 'required' }, extra: { 'openai-chat': searching } }).body,
    ).toMatchObject({ tools: [{ type: 'web_search' }], tool_choice: 'required' });
  });

  it('says that functions are not strict unless the client says so: left out it would mean strict', () => {
    const tool = {
      kind: 'function' as const,
      name: 'look',
      description: null,
      parameters: null,
      strict: null,
    };
    expect(encode({ tools: [tool, { ...tool, strict: true }] }).body.tools).toMatchObject([
      { type: 'function', name: 'look', strict: false, parameters: { type: 'object', properties: {} } },
      { strict: true },
    ]);
  });

  it('names tools of other vendors’ own', () => {
    const value = { type: 'web_search_20250305' };
    const { body, dropped } = encode({ tools: [{ kind: 'server', dialect: 'anthropic-messages', value }] });
    expect(body.tools).toBeUndefined();
    expect(dropped).toEqual(['tools.web_search_20250305']);
  });

  it('raises a limit that the form does not take, and names it', () => {
    const { body, dropped } = encode({ maxOutputTokens: 5 });
    expect([body.max_output_tokens, dropped]).toEqual([16, ['max_completion_tokens']]);
  });
});
