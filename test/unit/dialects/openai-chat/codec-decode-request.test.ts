import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../../../src/dialects/openai-chat/codec.ts';
import { requestWith } from '../../../support/canonical.ts';
import { refusedField } from '../../../support/refused-field.ts';
import { hidden, requestOf, thought } from './codec-support.ts';

const turnsOf = (...messages: unknown[]) => openaiChat.decodeRequest({ messages }).turns;
const user = (...content: unknown[]) => ({ role: 'user', content });
const tool = { type: 'function', function: { name: 'f' } };

describe('decodeRequest: messages', () => {
  it('keeps system and developer messages where they stand', () => {
    const turns = turnsOf(
      { role: 'system', content: 'a' },
      { role: 'user', content: 'b', name: 'ann' },
      { role: 'developer', content: [{ type: 'text', text: 'c' }] },
    );
    expect(turns).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'a' }] },
      { role: 'user', name: 'ann', parts: [{ type: 'text', text: 'b' }] },
      { role: 'developer', parts: [{ type: 'text', text: 'c' }] },
    ]);
  });

  it('reads every kind of content, with cache markers and what only this form knows', () => {
    const [turn] = turnsOf(
      user(
        { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
        {
          type: 'text',
          text: 'b',
          prompt_cache_breakpoint: { mode: 'explicit' },
          cache_control: { type: 'ephemeral' },
        },
        { type: 'image_url', image_url: { url: 'https://x/y.png', detail: 'low' } },
        { type: 'image_url', image_url: { url: 'data:image/PNG;base64,QUJD' } },
        { type: 'input_audio', input_audio: { data: 'QUJD', format: 'wav' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,QUJD' } },
        { type: 'file', file: { file_id: 'file-1' } },
      ),
    );
    expect(turn?.parts).toEqual([
      { type: 'text', text: 'a', cacheMarker: { ttl: '1h' } },
      {
        type: 'text',
        text: 'b',
        cacheMarker: { ttl: null },
        extra: { 'openai-chat': { prompt_cache_breakpoint: { mode: 'explicit' } } },
      },
      { type: 'image', source: { kind: 'url', url: 'https://x/y.png' }, detail: 'low' },
      { type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'QUJD' } },
      { type: 'audio', data: 'QUJD', format: 'wav' },
      { type: 'file', source: { kind: 'inline', mediaType: 'application/pdf', data: 'QUJD' }, name: 'a.pdf' },
      {
        type: 'file',
        source: { kind: 'file-id', id: 'file-1' },
        name: null,
        extra: { 'openai-chat': { file_id: 'file-1' } },
      },
    ]);
  });

  it('reads thinking, text, refusal, function and custom calls of an assistant, and their results', () => {
    const turns = turnsOf(
      {
        role: 'assistant',
        content: 'said',
        refusal: 'no',
        reasoning_content: 'thought',
        audio: { id: 'audio_1' },
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
          { id: 'b', type: 'custom', custom: { name: 'g', input: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'b', name: 'g', content: [{ type: 'text', text: 'two' }] },
    );
    expect(turns).toEqual([
      {
        role: 'assistant',
        parts: [
          thought('thought'),
          { type: 'text', text: 'said' },
          { type: 'refusal', text: 'no' },
          { type: 'tool-call', id: 'a', name: 'f', input: '{}', isCustom: false },
          { type: 'tool-call', id: 'b', name: 'g', input: '', isCustom: true },
        ],
        extra: { 'openai-chat': { audio: { id: 'audio_1' } } },
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'a',
            name: null,
            content: [{ type: 'text', text: 'one' }],
            isError: false,
          },
        ],
      },
      {
        role: 'tool',
        name: 'g',
        parts: [
          {
            type: 'tool-result',
            callId: 'b',
            name: 'g',
            content: [{ type: 'text', text: 'two' }],
            isError: false,
          },
        ],
      },
    ]);
  });

  it('traps D3: makes no empty text beside calls', () => {
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
    const [turn] = turnsOf({ role: 'assistant', content: '', tool_calls: [call] });
    expect(turn?.parts.map((part) => part.type)).toEqual(['tool-call']);
  });

  it('traps D12: reads a thought signature of a call', () => {
    const extra_content = { google: { thought_signature: 'sig' } };
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' }, extra_content };
    const [turn] = turnsOf({ role: 'assistant', tool_calls: [call] });
    expect(turn?.parts).toEqual([
      {
        type: 'tool-call',
        id: 'a',
        name: 'f',
        input: '{}',
        isCustom: false,
        signature: { signer: 'google', value: 'sig' },
      },
    ]);
  });

  it.each([
    [
      'whole entries',
      [
        { type: 'reasoning.text', text: 'one', signature: 's1', index: 0 },
        { type: 'reasoning.encrypted', data: 'x', index: 1 },
        { type: 'reasoning.text', text: 'two', signature: 's2', index: 2 },
      ],
    ],
    [
      'the pieces of a stream',
      [
        { type: 'reasoning.text', text: 'on', index: 0 },
        { type: 'reasoning.text', text: 'e', index: 0 },
        { type: 'reasoning.text', signature: 's1', index: 0 },
        { type: 'reasoning.encrypted', data: 'x', index: 1 },
        { type: 'reasoning.text', text: 'two', index: 2 },
        { type: 'reasoning.text', signature: 's2', index: 2 },
      ],
    ],
  ])('traps D13: restores signed and redacted blocks from %s', (_, reasoning_details) => {
    const [turn] = turnsOf({
      role: 'assistant',
      content: null,
      reasoning_content: 'onetwo',
      reasoning_details,
    });
    expect(turn?.parts).toEqual([thought('one', 's1'), hidden('x'), thought('two', 's2')]);
  });

  it('reads the legacy function_call and its answer as a call and a result', () => {
    const turns = turnsOf(
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
      { role: 'function', name: 'f', content: '2' },
    );
    expect(turns[1]?.parts).toEqual([
      { type: 'tool-call', id: 'call_1', name: 'f', input: '{"a":1}', isCustom: false },
    ]);
    expect(turns[2]).toMatchObject({ role: 'tool', parts: [{ type: 'tool-result', callId: 'call_1' }] });
  });
});

describe('decodeRequest: options', () => {
  it('reads a plain request as one that asks for nothing more', () => {
    expect(requestOf()).toEqual(
      requestWith({ turns: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] }),
    );
  });

  it.each([
    [{ max_tokens: 5 }, { maxOutputTokens: 5 }],
    [{ max_completion_tokens: 6, max_tokens: null }, { maxOutputTokens: 6 }],
    [{ stop: 'x' }, { stop: ['x'] }],
    [{ stop: ['x', 'y'] }, { stop: ['x', 'y'] }],
    [{ user: 'u', safety_identifier: 's' }, { user: 's' }],
    [{ reasoning_effort: 'low' }, { reasoning: { isEnabled: true, effort: 'low', budgetTokens: null } }],
    [{ reasoning_effort: 'none' }, { reasoning: { isEnabled: false, effort: 'none', budgetTokens: null } }],
    [{ reasoning: { max_tokens: 9 } }, { reasoning: { isEnabled: true, effort: null, budgetTokens: 9 } }],
    [
      { thinking: { type: 'disabled' } },
      { reasoning: { isEnabled: false, effort: null, budgetTokens: null } },
    ],
    [{ logprobs: true, top_logprobs: 3 }, { logprobs: { top: 3 } }],
    [{ logprobs: false }, { logprobs: null }],
    [
      { stream: true, stream_options: { include_usage: true } },
      { wantsStream: true, wantsUsage: true, extra: {} },
    ],
    [{ response_format: { type: 'json_object' } }, { responseFormat: { kind: 'json' } }],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } } },
      {
        responseFormat: {
          kind: 'schema',
          name: 'n',
          description: null,
          schema: { type: 'object' },
          strict: null,
        },
      },
    ],
    [{ some_new_field: [1], store: null }, { extra: { 'openai-chat': { some_new_field: [1] } } }],
    [{ tool_choice: 'required' }, { toolChoice: { kind: 'required' } }],
    [
      { tool_choice: { type: 'function', function: { name: 'f' } } },
      { toolChoice: { kind: 'named', name: 'f' } },
    ],
    [
      { tool_choice: { type: 'custom', custom: { name: 'g' } } },
      { toolChoice: { kind: 'named', name: 'g' } },
    ],
    [
      { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [tool] } } },
      { toolChoice: { kind: 'allowed', mode: 'auto', names: ['f'] } },
    ],
    [{ function_call: { name: 'f' } }, { toolChoice: { kind: 'named', name: 'f' } }],
    [{ parallel_tool_calls: false }, { parallelToolCalls: false }],
  ])('reads %j', (fields, expected) => {
    expect(requestOf(fields)).toMatchObject(expected);
  });

  it('reads function, custom and server tools', () => {
    const schema = { type: 'object', properties: {} };
    const { tools } = requestOf({
      tools: [
        {
          type: 'function',
          function: { name: 'f', description: 'd', parameters: schema, strict: true, x: 1 },
          cache_control: { type: 'ephemeral' },
        },
        { type: 'custom', custom: { name: 'g', format: { type: 'text' } } },
        { type: 'web_search', depth: 2 },
      ],
    });
    expect(tools).toEqual([
      {
        kind: 'function',
        name: 'f',
        description: 'd',
        parameters: schema,
        strict: true,
        cacheMarker: { ttl: null },
        extra: { 'openai-chat': { function: { x: 1 } } },
      },
      { kind: 'custom', name: 'g', description: null, format: { type: 'text' } },
      { kind: 'server', dialect: 'openai-chat', value: { type: 'web_search', depth: 2 } },
    ]);
  });

  it('reads legacy functions as tools that have no field to report as dropped', () => {
    const [one] = requestOf({ functions: [{ name: 'f', parameters: { type: 'object' } }] }).tools;
    expect(one).toMatchObject({ kind: 'function', name: 'f', parameters: { type: 'object' } });
    expect(one?.kind === 'function' && Object.keys(one.extra?.['openai-chat'] ?? {})).toEqual([]);
  });
});

describe('decodeRequest: mistakes', () => {
  const messages = [{ role: 'user', content: 'hi' }];
  const call = (fields: object) => ({
    role: 'assistant',
    tool_calls: [{ id: 'a', type: 'function', ...fields }],
  });
  it.each([
    ['messages', {}],
    ['messages', { messages: [] }],
    ['messages[0].role', { messages: [{ role: 'robot', content: 'x' }] }],
    ['messages[0].content', { messages: [{ role: 'user' }] }],
    ['messages[2].content[0].type', { messages: [...messages, ...messages, user({ type: 'movie' })] }],
    ['messages[0].content[0].type', { messages: [user({ text: 'x' })] }],
    ['messages[0].content[0]', { messages: [user('x')] }],
    ['messages[0].content[0].text', { messages: [user({ type: 'text', text: 1 })] }],
    ['messages[0].content[0].type', { messages: [{ role: 'system', content: [{ type: 'image_url' }] }] }],
    ['messages[0].content[0].image_url', { messages: [user({ type: 'image_url' })] }],
    [
      'messages[0].content[0].image_url.url',
      { messages: [user({ type: 'image_url', image_url: { url: 'data:image/png,abc' } })] },
    ],
    ['messages[0].content[0].file.file_data', { messages: [user({ type: 'file', file: {} })] }],
    [
      'messages[0].content[0].file.file_data',
      { messages: [user({ type: 'file', file: { file_data: 'QUJD' } })] },
    ],
    [
      'messages[0].tool_calls[0].id',
      { messages: [call({ id: '', function: { name: 'f', arguments: '' } })] },
    ],
    ['messages[0].tool_calls[0].function', { messages: [call({})] }],
    [
      'messages[0].tool_calls[0].function.arguments',
      { messages: [call({ function: { name: 'f', arguments: {} } })] },
    ],
    ['messages[0].tool_call_id', { messages: [{ role: 'tool', content: 'x' }] }],
    ['messages[0].content', { messages: [{ role: 'tool', tool_call_id: 'a' }] }],
    ['messages[0].name', { messages: [{ role: 'function', name: 'f', content: 'x' }] }],
    ['max_tokens', { messages, max_tokens: 1, max_completion_tokens: 1 }],
    ['max_tokens', { messages, max_tokens: 0 }],
    ['max_completion_tokens', { messages, max_completion_tokens: -1 }],
    ['temperature', { messages, temperature: 'hot' }],
    ['stop[1]', { messages, stop: ['a', 1] }],
    ['top_logprobs', { messages, top_logprobs: 2 }],
    ['response_format.type', { messages, response_format: { type: 'xml' } }],
    [
      'response_format.json_schema.name',
      { messages, response_format: { type: 'json_schema', json_schema: {} } },
    ],
    ['reasoning_effort', { messages, reasoning_effort: 3 }],
    ['tools[0].type', { messages, tools: [{}] }],
    ['tools[0].function.name', { messages, tools: [{ type: 'function', function: {} }] }],
    [
      'tools[0].function.parameters',
      { messages, tools: [{ type: 'function', function: { name: 'f', parameters: 1 } }] },
    ],
    ['functions', { messages, functions: [{ name: 'f' }], tools: [tool] }],
    ['function_call', { messages, function_call: 'auto', tool_choice: 'auto' }],
    ['tool_choice', { messages, tool_choice: 'maybe' }],
    ['tool_choice.function.name', { messages, tool_choice: { type: 'function', function: {} } }],
    [
      'tool_choice.allowed_tools.mode',
      { messages, tool_choice: { type: 'allowed_tools', allowed_tools: {} } },
    ],
  ])('names %s', (param, body) => {
    expect(refusedField(() => openaiChat.decodeRequest(body))).toBe(param);
  });
});
