/** What the codec writes, read by OpenAI's own SDK. */
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, Part } from '../../../../src/dialects/canonical.ts';
import { toEvents } from '../../../support/aggregate.ts';
import { seeded } from '../../../support/seeded.ts';
import { randomAnswer } from './random-answers.ts';
import { answerOf, countingCodec, REQUEST, text, writeStream } from './support.ts';

/** A client whose every call is answered with this. */
const clientOf = (body: string, contentType = 'text/event-stream'): OpenAI =>
  new OpenAI({
    apiKey: 'none',
    baseURL: 'https://gateway.example/v1',
    maxRetries: 0,
    fetch: async () => new Response(body, { headers: { 'content-type': contentType } }),
  });

const ASK = { model: 'some-model', input: 'Hi' };
const parts: Part[] = [
  { type: 'reasoning', text: 'Hm.', signature: 'proof', redacted: null, signer: 'anthropic' },
  text('Hello '),
  text('world'),
  { type: 'tool-call', id: 'call_1', name: 'look', input: '{"a":1}', isCustom: false },
];
const streamOf = (request: CanonicalRequest = REQUEST) => writeStream(toEvents(answerOf(parts), 3), request);

describe('the OpenAI SDK', () => {
  it('reads a whole answer', async () => {
    const body = JSON.stringify(countingCodec().encodeAnswer(answerOf(parts), REQUEST));
    const response = await clientOf(body, 'application/json').responses.create(ASK);
    expect(response.output_text).toBe('Hello world');
    expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call']);
  });

  it('reads a stream, and puts the same answer together', async () => {
    const stream = clientOf(streamOf()).responses.stream(ASK);
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    const response = await stream.finalResponse();
    expect(types[0]).toBe('response.created');
    expect(response.output_text).toBe('Hello world');
    expect(response.output).toMatchObject([
      { type: 'reasoning' },
      { type: 'message' },
      { type: 'function_call', arguments: '{"a":1}' },
    ]);
    expect(response.usage?.total_tokens).toBe(39);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('finds no fault in any stream (seed %i)', async (seed) => {
    const answer = randomAnswer(seeded(seed));
    const written = writeStream(toEvents(answer, 3));
    const response = await clientOf(written).responses.stream(ASK).finalResponse();
    const whole = countingCodec().encodeAnswer(answer, REQUEST);
    expect(response.output).toMatchObject(JSON.parse(JSON.stringify(whole.output)));
  });

  it('parses what a schema asked for', async () => {
    const body = JSON.stringify(countingCodec().encodeAnswer(answerOf([text('{"name":"Alice"}')]), REQUEST));
    const response = await clientOf(body, 'application/json').responses.parse({
      ...ASK,
      text: { format: { type: 'json_schema', name: 'person', schema: { type: 'object' } } },
    });
    expect(response.output_parsed).toEqual({ name: 'Alice' });
  });

  it.each([0, 1, 4])('raises a failure after %i events', async (count) => {
    const encoder = countingCodec().createStreamEncoder(REQUEST);
    const told = toEvents(answerOf(parts), 3).slice(0, count);
    const error = { message: 'It broke.', type: 'server_error', param: null, code: 'provider_error' };
    const pieces = [
      ...told.map((event) => encoder.encode(event)),
      encoder.fail({ status: 502, headers: {}, error }),
    ];
    const body = pieces.map((piece) => new TextDecoder().decode(piece)).join('');
    const read = async () => {
      const stream = await clientOf(body).responses.create({ ...ASK, stream: true });
      for await (const _ of stream);
    };
    await expect(read()).rejects.toMatchObject({
      message: 'It broke.',
      code: 'provider_error',
      type: 'server_error',
    });
    await expect(clientOf(body).responses.stream(ASK).finalResponse()).rejects.toMatchObject({
      code: 'provider_error',
    });
  });
});
