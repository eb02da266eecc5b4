import { describe, expect, it } from 'vitest';
import type { CanonicalEvent, JsonObject, Part } from '../../../../src/dialects/canonical.ts';
import { aggregate, toEvents } from '../../../support/aggregate.ts';
import { seeded } from '../../../support/seeded.ts';
import { randomAnswer } from './random-answers.ts';
import {
  answerOf,
  countingCodec,
  decode,
  decodeStream,
  REQUEST,
  readEvents,
  text,
  typesOf,
  writeStream,
} from './support.ts';

const ASKED = decode({ top_logprobs: 1 });
const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);

const events = (parts: readonly Part[], size = 2): JsonObject[] =>
  readEvents(writeStream(toEvents(answerOf(parts), size)));
const call: Part = { type: 'tool-call', id: 'call_1', name: 'look', input: '{"a":1}', isCustom: false };

describe('a stream', () => {
  it('tells a text in OpenAI’s order', () => {
    const told = events([text('Hello')]);
    expect(typesOf(told)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(told.map(({ sequence_number }) => sequence_number)).toEqual(told.map((_, index) => index));
    expect(told[0]?.response).toMatchObject({
      id: 'resp_1',
      status: 'in_progress',
      output: [],
      completed_at: null,
    });
    expect(told.slice(2, 6)).toEqual([
      {
        type: 'response.output_item.added',
        sequence_number: 2,
        output_index: 0,
        item: { id: 'msg_2', type: 'message', status: 'in_progress', content: [], role: 'assistant' },
      },
      {
        type: 'response.content_part.added',
        sequence_number: 3,
        item_id: 'msg_2',
        output_index: 0,
        content_index: 0,
        part: { type: 'output_text', annotations: [], logprobs: [], text: '' },
      },
      {
        type: 'response.output_text.delta',
        sequence_number: 4,
        item_id: 'msg_2',
        output_index: 0,
        content_index: 0,
        delta: 'He',
        logprobs: [],
      },
      {
        type: 'response.output_text.delta',
        sequence_number: 5,
        item_id: 'msg_2',
        output_index: 0,
        content_index: 0,
        delta: 'll',
        logprobs: [],
      },
    ]);
    expect(told.at(-2)?.item).toMatchObject({ status: 'completed', content: [{ text: 'Hello' }] });
  });

  it.each<[string, Part, string[]]>([
    ['a call', call, ['function_call_arguments.delta', 'function_call_arguments.done']],
    [
      'a custom call',
      { ...call, isCustom: true } as Part,
      ['custom_tool_call_input.delta', 'custom_tool_call_input.done'],
    ],
    [
      'a thought',
      { type: 'reasoning', text: 'Hm.', signature: 'proof', redacted: null, signer: 'openai' },
      [
        'reasoning_summary_part.added',
        'reasoning_summary_text.delta',
        'reasoning_summary_text.done',
        'reasoning_summary_part.done',
      ],
    ],
    [
      'a refusal',
      { type: 'refusal', text: 'No.' },
      ['content_part.added', 'refusal.delta', 'refusal.done', 'content_part.done'],
    ],
    [
      'a citation',
      {
        type: 'text',
        text: 'Hi',
        citations: [
          {
            url: 'https://a.example',
            title: 'A',
            citedText: null,
            span: null,
            native: { dialect: 'gemini', value: {} },
          },
        ],
      },
      [
        'content_part.added',
        'output_text.delta',
        'output_text.annotation.added',
        'output_text.done',
        'content_part.done',
      ],
    ],
  ])('tells %s in OpenAI’s order', (_, part, types) => {
    const told = typesOf(events([part]));
    const around = [
      'response.output_item.added',
      ...types.map((type) => `response.${type}`),
      'response.output_item.done',
    ];
    expect(told).toEqual(['response.created', 'response.in_progress', ...around, 'response.completed']);
  });

  it('numbers items that grow side by side', () => {
    const start = (part: number, content: object) =>
      ({ type: 'part-start', choice: 0, part, content }) as CanonicalEvent;
    const delta = (part: number, value: string): CanonicalEvent => ({
      type: 'part-delta',
      choice: 0,
      part,
      text: value,
    });
    const end = (part: number): CanonicalEvent => ({ type: 'part-end', choice: 0, part });
    const { type: _, input: __, ...begun } = call as Extract<Part, { type: 'tool-call' }>;
    const told = readEvents(
      writeStream([
        { type: 'start', id: 'a', model: 'm', created: 1, usage: null },
        start(0, { type: 'text' }),
        start(1, { type: 'tool-call', ...begun }),
        delta(0, 'a'),
        delta(1, '{}'),
        end(1),
        end(0),
        start(2, { type: 'text' }),
        delta(2, 'b'),
        end(2),
        { type: 'finish', choice: 0, reason: 'tool-calls', native: null, stopSequence: null },
      ]),
    );
    const done = told.filter(({ type }) => type === 'response.output_item.done');
    expect(done.map(({ output_index }) => output_index)).toEqual([0, 1, 2]);
    expect(told.at(-1)?.response).toMatchObject({
      output: [{ content: [{ text: 'a' }] }, { arguments: '{}' }, { content: [{ text: 'b' }] }],
    });
  });

  it('ends with response.incomplete where the answer was cut, in its last item', () => {
    const cut = readEvents(writeStream(toEvents(answerOf([call, text('Hi')], { finish: 'length' }))));
    expect(cut.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [{ status: 'completed' }, { status: 'incomplete' }],
      },
    });
  });

  it('begins by itself where the provider never said so, and ends where it never finished', () => {
    const told = readEvents(writeStream([]));
    expect(typesOf(told)).toEqual(['response.created', 'response.in_progress', 'response.completed']);
  });

  it('tells log probabilities beside the deltas, whichever comes first', () => {
    const logprobs = [{ token: 'Hi', logprob: -0.5, bytes: [72, 105], top_logprobs: [] }];
    const told = toEvents(answerOf([text('Hi')]));
    const at = told.findIndex(({ type }) => type === 'part-delta');
    const said: CanonicalEvent = { type: 'logprobs', choice: 0, logprobs };
    for (const place of [at, at + 1]) {
      const written = readEvents(writeStream(told.toSpliced(place, 0, said), ASKED));
      const deltas = written.filter(({ type }) => type === 'response.output_text.delta');
      expect(deltas.flatMap((event) => event.logprobs)).toEqual(logprobs);
      expect(written.find(({ type }) => type === 'response.output_text.done')?.logprobs).toEqual(logprobs);
    }
  });

  it.each(SEEDS)('holds at its end what the whole answer is (seed %i)', (seed) => {
    const answer = randomAnswer(seeded(seed));
    const told = readEvents(writeStream(toEvents(answer, (seed % 4) + 1), ASKED));
    const final = told.at(-1)?.response;
    expect(final).toEqual(JSON.parse(JSON.stringify(countingCodec().encodeAnswer(answer, ASKED))));
    const done = told.filter(({ type }) => type === 'response.output_item.done');
    const items = done.toSorted((a, b) => Number(a.output_index) - Number(b.output_index));
    const bare = (output: unknown) =>
      JSON.parse(JSON.stringify(output, (key, value) => (key === 'logprobs' ? [] : value)));
    expect(bare(items.map(({ item }) => item))).toEqual(bare((final as JsonObject).output));
  });

  it.each(SEEDS)(
    'says the same when it is read again, and when its items are sent back (seed %i)',
    (seed) => {
      const answer = randomAnswer(seeded(seed));
      const { answer: again, mistakes } = aggregate(decodeStream(writeStream(toEvents(answer, 3)), 7));
      expect(mistakes).toEqual([]);
      expect(again?.choices[0]?.finish).toBe(answer.choices[0]?.finish);
      const { output } = countingCodec().encodeAnswer(answer, REQUEST);
      const [turn] = countingCodec().decodeRequest({ input: output }).turns;
      expect(turn?.parts ?? []).toEqual(answer.choices[0]?.parts);
    },
  );
});

describe('a failure', () => {
  const error = { message: 'It broke.', type: 'server_error', param: null, code: 'provider_error' };
  const wire = (status: number) => ({ status, headers: {}, error });

  function fail(count: number, status = 502): JsonObject[] {
    const encoder = countingCodec().createStreamEncoder(REQUEST);
    const told = toEvents(answerOf([text('Hello')]), 2).slice(0, count);
    const pieces = [...told.map((event) => encoder.encode(event)), encoder.fail(wire(status))];
    return readEvents(pieces.map((piece) => new TextDecoder().decode(piece)).join(''));
  }

  it('is an error event, and then the response so far as failed', () => {
    const told = fail(3);
    expect(typesOf(told).slice(-2)).toEqual(['error', 'response.failed']);
    expect(told.at(-2)).toEqual({ ...error, type: 'error', sequence_number: 5, error });
    expect(told.at(-1)).toMatchObject({
      response: {
        status: 'failed',
        error: { code: 'server_error', message: 'It broke.' },
        output: [{ content: [{ text: 'He' }] }],
      },
    });
  });

  it('is an error event alone where nothing was written', () => {
    expect(typesOf(fail(0))).toEqual(['error']);
  });

  it('has one of OpenAI’s codes in the response', () => {
    const codes = [429, 400, 504].map((status) => fail(1, status).at(-1)?.response);
    expect(codes).toMatchObject(
      ['rate_limit_exceeded', 'invalid_prompt', 'server_error'].map((code) => ({ error: { code } })),
    );
  });

  it('writes nothing of the provider’s own error event', () => {
    const encoder = countingCodec().createStreamEncoder(REQUEST);
    expect(encoder.encode({ type: 'error', error: { ...error, message: 'secret' } })).toHaveLength(0);
    expect(encoder.encode({ type: 'ping' })).toHaveLength(0);
  });

  it('as an answer is the error object', () => {
    expect(countingCodec().encodeError(wire(502), 'req_1')).toEqual({ error });
  });
});
