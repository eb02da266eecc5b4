import { describe, expect, it } from 'vitest';
import type { JsonObject, Turn } from '../../../../src/dialects/canonical.ts';
import { decode } from './support.ts';

/** Without the mark of `instructions`, which is no content. */
const turnsOf = (...input: JsonObject[]): readonly Turn[] => decode({ input }).turns;

describe('input', () => {
  it('takes a text for what the user says', () => {
    expect(turnsOf({ role: 'user', content: 'Hi' })).toEqual(decode({ input: 'Hi' }).turns);
  });

  it('puts instructions first, as a system message', () => {
    const { turns } = decode({
      instructions: 'Be brief.',
      input: [{ role: 'developer', content: 'And kind.' }],
    });
    expect(turns).toMatchObject([
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'developer', parts: [{ type: 'text', text: 'And kind.' }] },
    ]);
  });

  it('reads every kind of content', () => {
    const content = [
      { type: 'input_text', text: 'Look:' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
      { type: 'input_image', image_url: 'https://example.com/a.png' },
      { type: 'input_image', file_id: 'file-1' },
      { type: 'input_file', file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' },
      { type: 'input_file', file_url: 'https://example.com/a.pdf' },
      { type: 'input_file', file_id: 'file-2' },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
    ];
    expect(turnsOf({ type: 'message', role: 'user', content })[0]?.parts).toEqual([
      { type: 'text', text: 'Look:' },
      { type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' }, detail: 'low' },
      { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
      { type: 'image', source: { kind: 'file-id', id: 'file-1' } },
      { type: 'file', source: { kind: 'inline', mediaType: 'application/pdf', data: 'AAAA' }, name: 'a.pdf' },
      { type: 'file', source: { kind: 'url', url: 'https://example.com/a.pdf' }, name: null },
      { type: 'file', source: { kind: 'file-id', id: 'file-2' }, name: null },
      { type: 'audio', data: 'AAAA', format: 'wav' },
    ]);
  });

  it('makes one turn of adjacent items of the assistant, and leaves the others where they stand', () => {
    const turns = turnsOf(
      { role: 'user', content: 'Weather?' },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'Hm.' }],
        encrypted_content: 'gAAA',
      },
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Let me look.', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'Not there.' },
        ],
      },
      {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'call_1',
        name: 'look',
        arguments: '{}',
        status: 'completed',
      },
      { type: 'custom_tool_call', call_id: 'call_2', name: 'patch', input: '*** a' },
      { type: 'web_search_call', id: 'ws_1', status: 'completed' },
      { type: 'function_call_output', call_id: 'call_1', output: 'sunny' },
      { type: 'custom_tool_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'done' }] },
      { role: 'system', content: 'Hurry.' },
      { role: 'assistant', content: 'Sunny.' },
    );
    expect(turns).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'Weather?' }] },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Hm.', signature: 'gAAA', redacted: null, signer: 'openai' },
          { type: 'text', text: 'Let me look.' },
          { type: 'refusal', text: 'Not there.' },
          { type: 'tool-call', id: 'call_1', name: 'look', input: '{}', isCustom: false },
          { type: 'tool-call', id: 'call_2', name: 'patch', input: '*** a', isCustom: true },
          {
            type: 'opaque',
            dialect: 'openai-responses',
            value: { type: 'web_search_call', id: 'ws_1', status: 'completed' },
          },
        ],
      },
      { role: 'tool', parts: [toolResult('call_1', 'sunny')] },
      { role: 'tool', parts: [toolResult('call_2', 'done')] },
      { role: 'system', parts: [{ type: 'text', text: 'Hurry.' }] },
      { role: 'assistant', parts: [{ type: 'text', text: 'Sunny.' }] },
    ]);
  });

  it('keeps the phase of a message with its parts', () => {
    const [turn] = turnsOf({ role: 'assistant', content: 'Looking.', phase: 'commentary' });
    expect(turn?.parts[0]?.extra).toEqual({ 'openai-responses': { phase: 'commentary' } });
  });

  it('passes over a thought of which only the id is left', () => {
    expect(
      turnsOf({ role: 'user', content: 'Hi' }, { type: 'reasoning', id: 'rs_1', summary: [] }),
    ).toHaveLength(1);
  });

  it('reads what a model thought aloud', () => {
    const content = [{ type: 'reasoning_text', text: 'Hm.' }];
    expect(turnsOf({ type: 'reasoning', id: 'rs_1', summary: [], content })[0]?.parts).toEqual([
      { type: 'reasoning', text: 'Hm.', signature: null, redacted: null, signer: 'other' },
    ]);
  });
});

const toolResult = (callId: string, value: string) => ({
  type: 'tool-result',
  callId,
  name: null,
  content: [{ type: 'text', text: value }],
  isError: false,
});

describe('fields', () => {
  it('reads tools, flat as they are', () => {
    const parameters = { type: 'object', properties: {} };
    const { tools } = decode({
      tools: [
        { type: 'function', name: 'look', description: 'Looks.', parameters, strict: true },
        {
          type: 'custom',
          name: 'patch',
          format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' },
        },
        { type: 'web_search', search_context_size: 'low' },
      ],
    });
    expect(tools).toEqual([
      { kind: 'function', name: 'look', description: 'Looks.', parameters, strict: true },
      {
        kind: 'custom',
        name: 'patch',
        description: null,
        format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } },
      },
      {
        kind: 'server',
        dialect: 'openai-responses',
        value: { type: 'web_search', search_context_size: 'low' },
      },
    ]);
  });

  it.each([
    ['auto', { kind: 'auto' }],
    ['none', { kind: 'none' }],
    ['required', { kind: 'required' }],
    [
      { type: 'function', name: 'look' },
      { kind: 'named', name: 'look' },
    ],
    [
      { type: 'custom', name: 'patch' },
      { kind: 'named', name: 'patch' },
    ],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'look' }] },
      { kind: 'allowed', mode: 'required', names: ['look'] },
    ],
  ])('reads the tool choice %j', (tool_choice, choice) => {
    expect(decode({ tool_choice }).toolChoice).toEqual(choice);
  });

  it('reads numbers, formats, thinking and names', () => {
    const schema = { type: 'object' };
    const request = decode({
      max_output_tokens: 50,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 2,
      parallel_tool_calls: false,
      reasoning: { effort: 'high', summary: 'auto', context: 'all_turns' },
      text: { format: { type: 'json_schema', name: 'a', schema, strict: true }, verbosity: 'low' },
      metadata: { a: 'b' },
      safety_identifier: 'someone',
      prompt_cache_key: 'key',
      service_tier: 'flex',
      stream: true,
      include: ['reasoning.encrypted_content', 'web_search_call.action.sources'],
      max_tool_calls: 3,
      truncation: 'auto',
      store: false,
    });
    expect(request).toMatchObject({
      maxOutputTokens: 50,
      temperature: 0.5,
      topP: 0.9,
      logprobs: { top: 2 },
      parallelToolCalls: false,
      reasoning: { isEnabled: true, effort: 'high', budgetTokens: null, summary: 'auto' },
      responseFormat: { kind: 'schema', name: 'a', description: null, schema, strict: true },
      metadata: { a: 'b' },
      user: 'someone',
      serviceTier: 'flex',
      wantsStream: true,
    });
    expect(request.extra).toEqual({
      'openai-responses': {
        max_tool_calls: 3,
        store: false,
        truncation: 'auto',
        include: ['web_search_call.action.sources'],
        reasoning: { context: 'all_turns' },
      },
      'openai-chat': { prompt_cache_key: 'key', safety_identifier: 'someone', verbosity: 'low' },
    });
  });

  it('asks for log probabilities where they are included', () => {
    expect(decode({ include: ['message.output_text.logprobs'] }).logprobs).toEqual({ top: null });
    expect(decode({ top_logprobs: 0 }).logprobs).toBeNull();
  });

  it('takes effort none for no thinking, and a summary alone for neither', () => {
    expect(decode({ reasoning: { effort: 'none' } }).reasoning).toMatchObject({ isEnabled: false });
    expect(decode({ reasoning: { summary: 'auto' } }).reasoning).toMatchObject({
      isEnabled: null,
      summary: 'auto',
    });
    expect(decode({ reasoning: {} }).reasoning).toBeNull();
  });

  it('takes nulls for nothing', () => {
    const nothing = {
      instructions: null,
      tools: null,
      tool_choice: null,
      reasoning: null,
      text: null,
      previous_response_id: null,
      background: false,
      include: null,
      metadata: null,
      stream_options: null,
    };
    expect(decode(nothing)).toEqual(decode());
    expect(decode().extra).toEqual({});
  });
});
