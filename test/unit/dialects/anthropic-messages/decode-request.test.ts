import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../../src/dialects/anthropic-messages/codec.ts';
import { refusedField } from '../../../support/refused-field.ts';
import { decode, MODEL } from './support.ts';

const content = (...blocks: object[]) => decode({ messages: [{ role: 'user', content: blocks }] }).turns;
const paramOf = (fields: object): string | null => refusedField(() => decode(fields));

describe('decodeRequest', () => {
  it('reads every option that the canonical form has a word for', () => {
    expect(
      decode({
        system: 'Be brief',
        temperature: 0.5,
        top_p: 0.9,
        top_k: 4,
        stop_sequences: ['END'],
        stream: true,
        metadata: { user_id: 'u1' },
        service_tier: 'standard_only',
        tools: [{ name: 'look', input_schema: { type: 'object' }, strict: true }],
        tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true },
        thinking: { type: 'enabled', budget_tokens: 2000 },
        output_config: { effort: 'high', format: { type: 'json_schema', schema: { type: 'object' } } },
      }),
    ).toEqual({
      turns: [
        { role: 'system', parts: [{ type: 'text', text: 'Be brief' }] },
        { role: 'user', parts: [{ type: 'text', text: 'Hi' }] },
      ],
      tools: [
        { kind: 'function', name: 'look', description: null, parameters: { type: 'object' }, strict: true },
      ],
      toolChoice: { kind: 'named', name: 'look' },
      parallelToolCalls: false,
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 4,
      frequencyPenalty: null,
      presencePenalty: null,
      seed: null,
      stop: ['END'],
      choices: null,
      logprobs: null,
      responseFormat: {
        kind: 'schema',
        name: 'output',
        description: null,
        schema: { type: 'object' },
        strict: true,
      },
      reasoning: { isEnabled: true, effort: 'high', budgetTokens: 2000 },
      serviceTier: 'default',
      metadata: null,
      user: 'u1',
      wantsStream: true,
      wantsUsage: true,
      extra: {},
    });
  });

  it.each([
    [{ type: 'auto' }, { kind: 'auto' }, null],
    [{ type: 'any', disable_parallel_tool_use: false }, { kind: 'required' }, true],
    [{ type: 'none' }, { kind: 'none' }, null],
  ])('reads the tool choice %j', (choice, toolChoice, parallelToolCalls) => {
    expect(decode({ tool_choice: choice })).toMatchObject({ toolChoice, parallelToolCalls });
  });

  it.each([
    [{ thinking: { type: 'adaptive' } }, { isEnabled: true, effort: null, budgetTokens: null }],
    [
      { thinking: { type: 'adaptive', display: 'summarized' } },
      { isEnabled: true, effort: null, budgetTokens: null, summary: 'auto' },
    ],
    [{ thinking: { type: 'disabled' } }, { isEnabled: false, effort: null, budgetTokens: null }],
    [{ output_config: { effort: 'low' } }, { isEnabled: null, effort: 'low', budgetTokens: null }],
    [{}, null],
  ])('reads the reasoning of %j', (fields, reasoning) => {
    expect(decode(fields).reasoning).toEqual(reasoning);
  });

  it('tells tools of the client from the vendor’s own by their type', () => {
    const search = { type: 'web_search_20260318', name: 'web_search', max_uses: 2 };
    const own = {
      type: 'custom',
      name: 'look',
      description: 'Looks',
      input_schema: {},
      cache_control: { type: 'ephemeral', ttl: '1h' },
      input_examples: [{}],
    };
    expect(decode({ tools: [search, own] }).tools).toEqual([
      { kind: 'server', dialect: 'anthropic-messages', value: search },
      {
        kind: 'function',
        name: 'look',
        description: 'Looks',
        parameters: {},
        strict: null,
        cacheMarker: { ttl: '1h' },
        extra: { 'anthropic-messages': { input_examples: [{}] } },
      },
    ]);
  });

  it('splits a message into tool results and the rest, and reads instructions where they stand', () => {
    const turns = content(
      { type: 'tool_result', tool_use_id: 't1', content: 'found' },
      { type: 'tool_result', tool_use_id: 't2', is_error: true },
      { type: 'text', text: 'And?' },
      { type: 'mid_conv_system', content: [{ type: 'text', text: 'Hurry' }] },
    );
    expect(turns).toEqual([
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 't1',
            name: null,
            content: [{ type: 'text', text: 'found' }],
            isError: false,
          },
          { type: 'tool-result', callId: 't2', name: null, content: [], isError: true },
        ],
      },
      { role: 'user', parts: [{ type: 'text', text: 'And?' }] },
      { role: 'system', parts: [{ type: 'text', text: 'Hurry' }] },
    ]);
    expect(
      decode({
        messages: [
          { role: 'system', content: 'Now' },
          { role: 'user', content: 'Hi' },
        ],
      }).turns[0],
    ).toEqual({
      role: 'system',
      parts: [{ type: 'text', text: 'Now' }],
    });
  });

  it('reads results of mixed content', () => {
    const [turn] = content({
      type: 'tool_result',
      tool_use_id: 't1',
      content: [
        { type: 'text', text: 'a' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
        { type: 'document', source: { type: 'url', url: 'u' }, title: 'T' },
        { type: 'search_result', title: 'T', source: 'S', content: [{ type: 'text', text: 'C' }] },
        { type: 'tool_reference', tool_name: 'look' },
      ],
    });
    expect(turn?.parts[0]).toMatchObject({
      content: [
        { type: 'text', text: 'a' },
        { type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AA==' } },
        { type: 'file', source: { kind: 'url', url: 'u' }, name: 'T' },
        { type: 'text', text: 'T\nS\nC' },
        { type: 'text', text: 'look' },
      ],
    });
  });

  it.each<[string, object, string | undefined]>([
    ['no limit', { max_tokens: undefined }, 'max_tokens'],
    ['a limit of zero (D7)', { max_tokens: 0 }, 'max_tokens'],
    ['no messages', { messages: [] }, 'messages'],
    ['messages that are no list', { messages: {} }, 'messages'],
    ['an unknown role', { messages: [{ role: 'tool', content: '' }] }, 'messages[0].role'],
    ['content of a wrong type', { messages: [{ role: 'user', content: 1 }] }, 'messages[0].content'],
    [
      'a block without a type',
      { messages: [{ role: 'user', content: [{ text: 'a' }, {}] }] },
      'messages[0].content[0].type',
    ],
    [
      'a call of the user',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'tool_use' }] }] },
      'messages[0].content[1].type',
    ],
    [
      'a text without text',
      { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages[0].content[0].text',
    ],
    [
      'an unknown source',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'gif' } }] }] },
      'messages[0].content[0].source.type',
    ],
    [
      'a call without arguments',
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'b' }] }] },
      'messages[0].content[0].input',
    ],
    [
      'a strange block in a result',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'thinking' }] }],
          },
        ],
      },
      'messages[0].content[0].content[0].type',
    ],
    ['an image as a system prompt', { system: [{ type: 'image' }] }, 'system[0].type'],
    ['a tool without a schema', { tools: [{ name: 'a' }] }, 'tools[0].input_schema'],
    ['an unknown tool choice', { tool_choice: { type: 'required' } }, 'tool_choice.type'],
    ['a choice without a name', { tool_choice: { type: 'tool' } }, 'tool_choice.name'],
    ['a budget without tokens', { thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
    ['a temperature beyond 1', { temperature: 1.5 }, 'temperature'],
    ['stop sequences of a wrong type', { stop_sequences: ['a', 1] }, 'stop_sequences[1]'],
    ['an unknown format', { output_config: { format: { type: 'json' } } }, 'output_config.format.type'],
    [
      'a strange cache marker',
      { system: [{ type: 'text', text: 'a', cache_control: { type: 'x' } }] },
      'system[0].cache_control.type',
    ],
    ['stream as a text', { stream: 'yes' }, 'stream'],
  ])('refuses %s', (_, fields, param) => {
    expect(paramOf(fields)).toBe(param);
  });
});

describe('there and back', () => {
  const body = {
    model: MODEL,
    max_tokens: 9000,
    system: [{ type: 'text', text: 'Be brief', cache_control: { type: 'ephemeral' } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'image', source: { type: 'file', file_id: 'file_1' } },
          {
            type: 'document',
            source: { type: 'text', media_type: 'text/plain', data: 'Zürich' },
            title: 'a.txt',
            citations: { enabled: true },
            context: 'c',
          },
          {
            type: 'document',
            source: { type: 'content', content: [{ type: 'text', text: 'a' }] },
            title: 'b',
          },
          {
            type: 'search_result',
            source: 's',
            title: 't',
            content: [{ type: 'text', text: 'x' }],
            cache_control: { type: 'ephemeral', ttl: '1h' },
          },
          { type: 'container_upload', file_id: 'file_2' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm', signature: 'Ep==' },
          { type: 'redacted_thinking', data: 'Eq==' },
          { type: 'text', text: 'Cited', citations: [{ type: 'char_location', cited_text: 'x' }] },
          { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
          { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
          { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'x' }, caller: { type: 'direct' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            content: [
              { type: 'text', text: 'found' },
              { type: 'tool_reference', tool_name: 'look' },
            ],
          },
          { type: 'text', text: 'Well?' },
        ],
      },
    ],
    tools: [
      { name: 'look', input_schema: { type: 'object', properties: {} }, defer_loading: true },
      { type: 'web_search_20260318', name: 'web_search' },
    ],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    thinking: { type: 'enabled', budget_tokens: 2048, display: 'omitted' },
    output_config: {
      task_budget: { total: 10 },
      format: {
        type: 'json_schema',
        schema: { type: 'object', properties: {}, additionalProperties: false },
      },
    },
    stop_sequences: ['END'],
    metadata: { user_id: 'u1' },
    service_tier: 'auto',
    stream: true,
    container: 'c1',
    context_management: { edits: [] },
  };

  it('gives every block and field of this form back unchanged', () => {
    const once = anthropicMessages.encodeRequest(anthropicMessages.decodeRequest(body), { model: MODEL });
    expect(once.body).toEqual(body);
    expect(once.dropped).toEqual([]);
  });

  it('carries another vendor’s proof of a call through the client, by way of a thinking block (D12)', () => {
    const request = anthropicMessages.decodeRequest(body);
    const signed = {
      type: 'tool-call',
      id: 'f.x:0',
      name: 'look',
      input: '{}',
      isCustom: false,
      signature: { signer: 'google', value: 's:1' },
    } as const;
    const choice = { index: 0, parts: [signed], finish: 'tool-calls', nativeFinish: 'STOP' } as const;
    const told = { id: 'a', model: 'g', created: null, choices: [choice], usage: null };
    const message = anthropicMessages.encodeAnswer(told, request);
    const back = decode({ messages: [{ role: 'assistant', content: message.content }] });
    expect(back.turns).toEqual([{ role: 'assistant', parts: [signed] }]);
  });
});
