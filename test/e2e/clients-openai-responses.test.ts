/** The `openai` client's Responses API, in front of vendors that speak something else. */
import OpenAI from 'openai';
import { zodResponsesFunction, zodTextFormat } from 'openai/helpers/zod';
import type { ResponseInputItem } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../support/clients/lab.ts';
import {
  ONE_CALL,
  ONE_RESULT,
  PARALLEL_RESULTS,
  person,
  timeInput,
  weatherInput,
} from '../support/clients/tools.ts';
import { collect, openAi, refusal, within } from '../support/clients.ts';
import { naming } from '../support/matrix/asks.ts';
import { PROOFS } from '../support/matrix/exceptions.ts';
import { PLAIN_TEXT, THOUGHT } from '../support/stand-ins/script.ts';
import { FORM_IDS } from '../support/stand-ins/stand-ins.ts';

const UPSTREAMS = FORM_IDS.filter((form) => form !== 'openai-responses');

let lab: Lab;
let client: OpenAI;
let once: OpenAI;
beforeAll(async () => {
  lab = await startLab();
  client = openAi(lab.gateway, { maxRetries: 2 });
  once = openAi(lab.gateway);
});
afterAll(() => lab.stop());

const TOOLS = [
  zodResponsesFunction({
    name: 'get_weather',
    parameters: weatherInput,
    description: 'The weather of a city.',
  }),
  zodResponsesFunction({ name: 'get_time', parameters: timeInput }),
];

describe.each(UPSTREAMS)('the Responses API of the openai client before %s', (form) => {
  it('creates a response, and streams the same', async () => {
    const input = naming('plain').text;
    const whole = await client.responses.create({ model: form, input });
    expect(whole).toMatchObject({ status: 'completed', output_text: PLAIN_TEXT, object: 'response' });
    const stream = client.responses.stream({ model: form, input });
    let heard = '';
    stream.on('response.output_text.delta', ({ snapshot }) => {
      heard = snapshot;
    });
    const events = await collect(stream);
    const final = await stream.finalResponse();
    expect(final.output_text).toBe(PLAIN_TEXT);
    expect(final.usage).toEqual(whole.usage);
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
    const deltas = events.filter((event) => event.type === 'response.output_text.delta');
    expect(deltas.map(({ delta }) => delta).join('')).toBe(PLAIN_TEXT);
    expect(heard).toBe(PLAIN_TEXT);
    expect(events[0]?.type).toBe('response.created');
    expect(events.at(-1)?.type).toBe('response.completed');
  });

  it('parses the arguments of zod tools, and goes on after their outputs', async () => {
    const input: ResponseInputItem[] = [{ role: 'user', content: naming('one-tool').text }];
    const first = await client.responses.parse({ model: form, input, tools: TOOLS });
    const [call] = first.output.filter((item) => item.type === 'function_call');
    expect(call?.parsed_arguments).toEqual(ONE_CALL);
    if (call === undefined) throw new Error('no call');
    const output = `sunny in ${ONE_CALL.city}`;
    // Its own field is not of the API: users send the item that came, or its raw members.
    const { parsed_arguments: _, ...item } = call;
    const answers: ResponseInputItem[] = [
      item,
      { type: 'function_call_output', call_id: call.call_id, output },
    ];
    const next = await client.responses.create({ model: form, input: [...input, ...answers], tools: TOOLS });
    expect(next.output_text).toBe(ONE_RESULT);
  });

  it('parses streamed arguments of parallel calls, and takes all outputs', async () => {
    const input: ResponseInputItem[] = [{ role: 'user', content: naming('parallel-tools').text }];
    const first = await client.responses.stream({ model: form, input, tools: TOOLS }).finalResponse();
    const calls = first.output.filter((item) => item.type === 'function_call');
    expect(calls.map(({ name }) => name)).toEqual(['get_weather', 'get_weather', 'get_time']);
    const outputs = ['sunny in São Paulo', 'sunny in Oslo', 'noon'];
    const answers = calls.map(({ call_id }, index) => ({
      type: 'function_call_output' as const,
      call_id,
      output: outputs[index] ?? '',
    }));
    const history = [...input, ...calls.map(({ parsed_arguments: _, ...item }) => item), ...answers];
    const next = await client.responses.stream({ model: form, input: history, tools: TOOLS }).finalResponse();
    expect(next.output_text).toBe(PARALLEL_RESULTS);
  });

  it('parses a structured answer, whole and streamed', async () => {
    const text = { format: zodTextFormat(person, 'person') };
    const request = { model: form, input: naming('structured').text, text };
    const whole = await client.responses.parse(request);
    const streamed = await client.responses.stream(request).finalResponse();
    for (const { output_parsed: parsed } of [whole, streamed]) {
      expect(person.parse(parsed)).toEqual(parsed);
    }
  });

  it.each([false, true])('takes its reasoning back with the call (stream: %s)', async (isStreamed) => {
    const { text, label } = naming('reasoning-tool');
    const input: ResponseInputItem[] = [{ role: 'user', content: text }];
    const request = {
      model: `${form}-thinking`,
      tools: TOOLS,
      reasoning: { effort: 'medium' as const, summary: 'auto' as const },
      include: ['reasoning.encrypted_content' as const],
      store: false,
    };
    const first = isStreamed
      ? await client.responses.stream({ ...request, input }).finalResponse()
      : await client.responses.create({ ...request, input });
    const thoughts = first.output.flatMap((item) => (item.type === 'reasoning' ? item.summary : []));
    if (form !== 'openai-chat') expect(thoughts.map((one) => one.text).join('')).toBe(THOUGHT);
    const call = first.output.find((item) => item.type === 'function_call');
    if (call?.type !== 'function_call') throw new Error('no call');
    const items = first.output.map((item) => {
      const { parsed_arguments: _, ...rest } = { parsed_arguments: null, ...item };
      return rest as ResponseInputItem; // items that came out may go in
    });
    const output = `sunny in ${ONE_CALL.city}`;
    const history: ResponseInputItem[] = [
      ...input,
      ...items,
      { type: 'function_call_output', call_id: call.call_id, output },
    ];
    const next = await client.responses.create({ ...request, input: history });
    expect(next.output_text).toBe(ONE_RESULT);
    const proofs = lab.heard(form, label).turns.map((turn) => turn.proofs);
    expect(proofs.reduce((sum, one) => sum + one)).toBe(PROOFS[form]);
  });

  it('throws its own class for each failure', async () => {
    const fail = (scenario: string) =>
      refusal(once.responses.create({ model: form, input: naming(scenario).text }));
    expect(await fail('rate-limit')).toBeInstanceOf(OpenAI.RateLimitError);
    expect(await fail('bad-request')).toBeInstanceOf(OpenAI.BadRequestError);
    expect(await fail('overloaded')).toBeInstanceOf(OpenAI.InternalServerError);
    const unknown = refusal(once.responses.create({ model: 'no-such-model', input: 'hi' }));
    expect(await unknown).toBeInstanceOf(OpenAI.NotFoundError);
  });

  it.each(['error-mid-stream', 'reset-mid-stream', 'early-end'])('tells of %s', async (scenario) => {
    const input = naming(scenario).text;
    const stream = await client.responses.create({ model: form, input, stream: true });
    const types: string[] = [];
    const loop = async (): Promise<void> => {
      for await (const { type } of stream) types.push(type);
    };
    const thrown = await loop().then(
      () => null,
      (error: unknown) => error,
    );
    expect(types).toContain('response.output_text.delta');
    expect(types).not.toContain('response.completed');
    const isTold = types.includes('error') || types.includes('response.failed');
    expect(isTold || thrown instanceof OpenAI.APIError).toBe(true);
    // The helper resolves failed responses, and rejects on errors: either way they are no answers.
    const final = await client.responses
      .stream({ model: form, input })
      .finalResponse()
      .then(
        ({ status }) => status,
        () => 'rejected',
      );
    expect(['failed', 'rejected']).toContain(final);
  });

  it('lets go of the vendor when the client aborts', async () => {
    const controller = new AbortController();
    const request = { model: `${form}-endless`, input: naming('plain').text, stream: true as const };
    const stream = await client.responses.create(request, { signal: controller.signal });
    for await (const { type } of stream) if (type === 'response.output_text.delta') controller.abort();
    await within(1000, 'the vendor’s connection is closed', (await lab.endlessCall(form)).closed);
  });
});
