import type { Responses } from 'openai/resources/responses/responses';
import { describe, expect, it } from 'vitest';
import type { Citation, JsonObject, Part } from '../../../../src/dialects/canonical.ts';
import { answerOf, countingCodec, decode, NOW, REQUEST, requestWith, text, USAGE } from './support.ts';

const encode = (parts: readonly Part[], choice: object = {}, request = REQUEST): JsonObject =>
  countingCodec().encodeAnswer(answerOf(parts, choice), request);

const call = (fields: object = {}): Part => ({
  type: 'tool-call',
  id: 'call_1',
  name: 'look',
  input: '{"a":1}',
  isCustom: false,
  ...fields,
});

describe('the response', () => {
  it('has every member that OpenAI’s has', () => {
    const expected: Omit<Responses.Response, 'output_text' | 'access_programs'> = {
      id: 'resp_2',
      object: 'response',
      created_at: 5,
      status: 'completed',
      background: false,
      completed_at: NOW,
      error: null,
      incomplete_details: null,
      instructions: 'Be brief.',
      max_output_tokens: 100,
      max_tool_calls: null,
      model: 'some-model',
      output: [
        {
          id: 'msg_3',
          type: 'message',
          status: 'completed',
          content: [{ type: 'output_text', annotations: [], logprobs: [], text: 'Hi' }],
          role: 'assistant',
        },
        {
          id: 'fc_4',
          type: 'function_call',
          status: 'completed',
          arguments: '{"a":1}',
          call_id: 'call_1',
          name: 'look',
        },
      ],
      parallel_tool_calls: false,
      previous_response_id: null,
      prompt_cache_key: 'key',
      reasoning: { effort: 'low', summary: 'auto' },
      safety_identifier: null,
      service_tier: 'flex',
      store: false,
      temperature: 0.5,
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      tool_choice: { type: 'function', name: 'look' },
      tools: [
        { type: 'function', name: 'look', parameters: { type: 'object', properties: {} }, strict: false },
        { type: 'web_search', search_context_size: 'low' },
      ],
      top_logprobs: 0,
      top_p: 1,
      truncation: 'auto',
      usage: {
        input_tokens: 30,
        input_tokens_details: { cached_tokens: 10, cache_write_tokens: 5 },
        output_tokens: 9,
        output_tokens_details: { reasoning_tokens: 4 },
        total_tokens: 39,
      },
      user: 'u1',
      metadata: { a: 'b' },
    } as Omit<Responses.Response, 'output_text' | 'access_programs'>; // the SDK's literals are narrower than its request's
    const request = decode({
      instructions: 'Be brief.',
      max_output_tokens: 100,
      parallel_tool_calls: false,
      prompt_cache_key: 'key',
      reasoning: { effort: 'low', summary: 'auto' },
      service_tier: 'flex',
      store: false,
      temperature: 0.5,
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      tool_choice: { type: 'function', name: 'look' },
      tools: [
        { type: 'function', name: 'look' },
        { type: 'web_search', search_context_size: 'low' },
      ],
      truncation: 'auto',
      user: 'u1',
      metadata: { a: 'b' },
    });
    const codec = countingCodec();
    codec.encodeAnswer(answerOf([]), REQUEST); // takes an id
    expect(codec.encodeAnswer(answerOf([text('Hi'), call()]), request)).toEqual(expected);
  });

  it('keeps an id that is a response’s, and shows no other', () => {
    const answer = { ...answerOf([]), id: 'resp_upstream' };
    expect(countingCodec().encodeAnswer(answer, REQUEST).id).toBe('resp_upstream');
    expect(encode([]).id).toBe('resp_1');
  });

  it('says that it is stored only where its vendor was asked to, and gave it an id', () => {
    const storeOf = (id: string, fields: JsonObject) =>
      countingCodec().encodeAnswer({ ...answerOf([]), id }, decode(fields)).store;
    expect(storeOf('resp_upstream', { store: true })).toBe(true);
    expect(storeOf('resp_upstream', {})).toBe(false);
    expect(storeOf('resp_upstream', { store: false })).toBe(false);
    expect(storeOf('chatcmpl-1', { store: true })).toBe(false);
    expect(storeOf('', {})).toBe(false);
  });

  it('tells the tier that served it, if OpenAI knows the word', () => {
    const tierOf = (serviceTier: string) =>
      countingCodec().encodeAnswer({ ...answerOf([]), serviceTier }, REQUEST).service_tier;
    expect([tierOf('priority'), tierOf('standard')]).toEqual(['priority', 'default']);
  });

  it.each([
    ['stop', 'completed', null],
    ['tool-calls', 'completed', null],
    ['pause', 'completed', null],
    ['length', 'incomplete', { reason: 'max_output_tokens' }],
    ['content-filter', 'incomplete', { reason: 'content_filter' }],
  ])('shows the ending %s', (finish, status, incomplete_details) => {
    const response = encode([text('a'), call()], { finish });
    expect(response).toMatchObject({ status, incomplete_details });
    expect(response.output).toMatchObject([{ status: 'completed' }, { status }]);
  });

  it('leaves usage out where nobody told it', () => {
    expect('usage' in countingCodec().encodeAnswer({ ...answerOf([]), usage: null }, REQUEST)).toBe(false);
    expect(USAGE.inputTokens).toBeGreaterThan(0);
  });
});

describe('output', () => {
  it('puts neighbouring texts and refusals into one message, and everything else beside it', () => {
    const parts = [
      text('a'),
      { type: 'refusal' as const, text: 'b' },
      call({ isCustom: true, input: 'in' }),
      text('c'),
    ];
    expect(encode(parts).output).toEqual([
      {
        id: 'msg_2',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [
          { type: 'output_text', annotations: [], logprobs: [], text: 'a' },
          { type: 'refusal', refusal: 'b' },
        ],
      },
      {
        id: 'ctc_3',
        type: 'custom_tool_call',
        status: 'completed',
        call_id: 'call_1',
        name: 'look',
        input: 'in',
      },
      {
        id: 'msg_4',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', annotations: [], logprobs: [], text: 'c' }],
      },
    ]);
  });

  it('shows citations of pages, and no others', () => {
    const cite = (fields: Partial<Citation>): Citation => ({
      url: 'https://a.example',
      title: null,
      citedText: null,
      span: null,
      native: { dialect: 'anthropic-messages', value: { type: 'char_location' } },
      ...fields,
    });
    const own = { type: 'file_citation', file_id: 'file-1', filename: 'a', index: 0 };
    const citations = [
      cite({}),
      cite({ title: 'A', span: { start: 1, end: 2 } }),
      cite({ url: null }),
      cite({ native: { dialect: 'openai-responses', value: own } }),
    ];
    expect(encode([{ type: 'text', text: 'Hello', citations }]).output).toMatchObject([
      {
        content: [
          {
            annotations: [
              { type: 'url_citation', start_index: 0, end_index: 5, url: 'https://a.example', title: '' },
              { type: 'url_citation', start_index: 1, end_index: 2, url: 'https://a.example', title: 'A' },
              own,
            ],
          },
        ],
      },
    ]);
  });

  it('deals log probabilities out to the texts, if they were asked for', () => {
    const logprobs = ['He', 'llo', '!'].map((token) => ({ token, logprob: -0.5 }));
    const parts = [text('Hello'), call(), text('!')];
    const asked = decode({ top_logprobs: 1 });
    const tokensOf = (output: unknown) =>
      JSON.parse(JSON.stringify(output)).flatMap((item: { content?: { logprobs: { token: string }[] }[] }) =>
        item.content === undefined ? [] : [item.content[0]?.logprobs.map(({ token }) => token)],
      );
    expect(tokensOf(encode(parts, { logprobs }, asked).output)).toEqual([['He', 'llo'], ['!']]);
    expect(tokensOf(encode(parts, { logprobs }).output)).toEqual([[], []]);
    expect(JSON.stringify(encode(parts, { logprobs }, asked).output)).toContain(
      '{"token":"He","bytes":[72,101],"logprob":-0.5,"top_logprobs":[]}',
    );
  });

  it('shows images that the model made', () => {
    const image: Part = { type: 'image', source: { kind: 'inline', mediaType: 'image/webp', data: 'AAAA' } };
    expect(encode([image]).output).toEqual([
      {
        id: 'ig_2',
        type: 'image_generation_call',
        status: 'completed',
        output_format: 'webp',
        result: 'AAAA',
      },
    ]);
  });

  it('shows items of this form as they are, and nothing of what only another form knows', () => {
    const value = { type: 'web_search_call', id: 'ws_1', status: 'completed' };
    const opaque = (dialect: 'openai-responses' | 'gemini'): Part => ({ type: 'opaque', dialect, value });
    expect(encode([opaque('openai-responses'), opaque('gemini')]).output).toEqual([value]);
  });
});

describe('proofs of thinking', () => {
  const thought = (fields: object): Part => ({
    type: 'reasoning',
    text: 'Hm.',
    signature: 'proof',
    redacted: null,
    signer: 'openai',
    ...fields,
  });
  /** The answer's items sent back, as every client does. */
  const sentBack = (...parts: Part[]) => {
    const { output } = encode(parts);
    return countingCodec().decodeRequest({ input: output }).turns[0]?.parts;
  };

  it('stands in encrypted_content', () => {
    expect(encode([thought({})]).output).toEqual([
      {
        id: 'rs_2',
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Hm.' }],
        encrypted_content: 'proof',
      },
    ]);
    expect(encode([thought({ signature: null })]).output).toEqual([
      { id: 'rs_2', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    ]);
  });

  it.each([
    ['OpenAI’s', thought({})],
    ['Anthropic’s', thought({ signer: 'anthropic' })],
    [
      'Anthropic’s that hides the thought',
      thought({ signer: 'anthropic', text: '', signature: null, redacted: 'data' }),
    ],
    ['Google’s', thought({ signer: 'google', text: '' })],
  ])('traps D13: comes back from the client: %s', (_, part) => {
    expect(sentBack(part, text('Hi'))).toEqual([part, text('Hi')]);
  });

  it('traps D12: comes back with the call or text that it belongs to', () => {
    const signature = { signer: 'google' as const, value: 'AB==' };
    const parts: Part[] = [
      { type: 'text', text: 'Hi', signature },
      call({ signature }),
      call({ id: 'call!2%', signature: { ...signature, value: 'CD==' } }),
      call({ id: 'call_3' }),
    ];
    expect(sentBack(...parts)).toEqual(parts);
  });

  it('is seen in a request, so that it does not go to OpenAI as it is', () => {
    const input = (signer: string) => ({ input: encode([thought({ signer })]).output });
    expect(countingCodec().holdsForeignProofs(input('anthropic'))).toBe(true);
    expect(countingCodec().holdsForeignProofs(input('openai'))).toBe(false);
  });

  it('is not sent to another vendor', () => {
    const { turns } = countingCodec().decodeRequest({
      input: encode([thought({ signer: 'anthropic' })]).output,
    });
    const { body, dropped } = countingCodec().encodeRequest(requestWith({ turns }), { model: 'gpt-5' });
    expect([body.input, dropped]).toEqual([[], ['messages.reasoning_content']]);
  });
});
