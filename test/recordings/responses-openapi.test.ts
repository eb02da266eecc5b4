/** What the codec of the Responses form writes, judged by OpenAI's own document. */
import { describe, expect, it } from 'vitest';
import type { CanonicalEvent, JsonObject } from '../../src/dialects/canonical.ts';
import { openaiResponses } from '../../src/dialects/openai-responses/codec.ts';
import { toEvents } from '../support/aggregate.ts';
import { hasSpecs, loadSpecification, SPECS_DIR } from '../support/openapi.ts';
import { seeded } from '../support/seeded.ts';
import { randomAnswer } from '../unit/dialects/openai-responses/random-answers.ts';
import { readEvents, writeStream } from '../unit/dialects/openai-responses/support.ts';

const REQUEST = openaiResponses.decodeRequest({ input: 'Hi', top_logprobs: 1 });

/** Requests with all that this form can ask for. */
const REQUESTS: [string, JsonObject][] = [
  ['the least', {}],
  [
    'tools',
    {
      tools: [
        {
          type: 'function',
          name: 'look',
          description: 'Looks.',
          parameters: { type: 'object' },
          strict: true,
        },
        {
          type: 'custom',
          name: 'patch',
          format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' },
        },
        { type: 'web_search', search_context_size: 'low' },
      ],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'look' }] },
      parallel_tool_calls: false,
      max_tool_calls: 3,
    },
  ],
  [
    'a chosen custom tool',
    { tools: [{ type: 'custom', name: 'patch' }], tool_choice: { type: 'custom', name: 'patch' } },
  ],
  [
    'a schema',
    {
      text: {
        format: { type: 'json_schema', name: 'a', schema: { type: 'object' }, strict: true },
        verbosity: 'low',
      },
    },
  ],
  [
    'numbers and names',
    {
      instructions: 'Be brief.',
      temperature: 0.5,
      top_p: 0.9,
      max_output_tokens: 100,
      reasoning: { effort: 'low', summary: 'auto' },
      truncation: 'auto',
      metadata: { a: 'b' },
      user: 'u1',
      prompt_cache_key: 'key',
      service_tier: 'flex',
      store: false,
    },
  ],
  ['an end user', { safety_identifier: 'someone' }],
];

const EVENT_SCHEMAS: Readonly<Record<string, string>> = {
  error: 'ResponseErrorEvent',
  'response.created': 'ResponseCreatedEvent',
  'response.in_progress': 'ResponseInProgressEvent',
  'response.completed': 'ResponseCompletedEvent',
  'response.incomplete': 'ResponseIncompleteEvent',
  'response.failed': 'ResponseFailedEvent',
  'response.output_item.added': 'ResponseOutputItemAddedEvent',
  'response.output_item.done': 'ResponseOutputItemDoneEvent',
  'response.content_part.added': 'ResponseContentPartAddedEvent',
  'response.content_part.done': 'ResponseContentPartDoneEvent',
  'response.output_text.delta': 'ResponseTextDeltaEvent',
  'response.output_text.done': 'ResponseTextDoneEvent',
  'response.output_text.annotation.added': 'ResponseOutputTextAnnotationAddedEvent',
  'response.refusal.delta': 'ResponseRefusalDeltaEvent',
  'response.refusal.done': 'ResponseRefusalDoneEvent',
  'response.function_call_arguments.delta': 'ResponseFunctionCallArgumentsDeltaEvent',
  'response.function_call_arguments.done': 'ResponseFunctionCallArgumentsDoneEvent',
  'response.custom_tool_call_input.delta': 'ResponseCustomToolCallInputDeltaEvent',
  'response.custom_tool_call_input.done': 'ResponseCustomToolCallInputDoneEvent',
  'response.reasoning_summary_part.added': 'ResponseReasoningSummaryPartAddedEvent',
  'response.reasoning_summary_part.done': 'ResponseReasoningSummaryPartDoneEvent',
  'response.reasoning_summary_text.delta': 'ResponseReasoningSummaryTextDeltaEvent',
  'response.reasoning_summary_text.done': 'ResponseReasoningSummaryTextDoneEvent',
};

describe('what is written, judged by OpenAI’s document', () => {
  it(`the document is read from ${SPECS_DIR}${hasSpecs() ? '' : ' — IT IS NOT THERE, nothing was judged'}`, () => {
    if (!hasSpecs()) console.warn(`No document in ${SPECS_DIR}: set SPECS_DIR.`);
  });
  if (!hasSpecs()) return;
  const specification = loadSpecification();
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

  const expectValid = (written: string): void => {
    for (const event of readEvents(written)) {
      const name = EVENT_SCHEMAS[String(event.type)];
      if (name === undefined) throw new Error(`${event.type} is no event of the document`);
      expect(specification.mistakes(name, event)).toEqual([]);
    }
  };

  it.each(seeds)('answers at random (seed %i)', (seed) => {
    const answer = randomAnswer(seeded(seed));
    expect(specification.mistakes('Response', openaiResponses.encodeAnswer(answer, REQUEST))).toEqual([]);
  });

  it.each(seeds)('every event of a stream at random (seed %i)', (seed) => {
    expectValid(writeStream(toEvents(randomAnswer(seeded(seed)), 3), REQUEST, openaiResponses));
  });

  it('every event of a stream that fails', () => {
    const encoder = openaiResponses.createStreamEncoder(REQUEST);
    const error = { message: 'It broke.', type: 'server_error', param: null, code: 'provider_error' };
    const events: CanonicalEvent[] = toEvents(randomAnswer(seeded(3))).slice(0, 3);
    const pieces = events.map((event) => encoder.encode(event));
    pieces.push(encoder.fail({ status: 502, headers: {}, error }));
    expectValid(pieces.map((piece) => new TextDecoder().decode(piece)).join(''));
  });

  it.each(REQUESTS)('the echo of %s', (_, body) => {
    const request = openaiResponses.decodeRequest({ input: 'Hi', ...body });
    const response = openaiResponses.encodeAnswer(randomAnswer(seeded(1)), request);
    expect(specification.mistakes('Response', response)).toEqual([]);
    expect(response).toMatchObject(body);
  });

  it.each(REQUESTS)('what goes up for %s', (_, body) => {
    const request = openaiResponses.decodeRequest({ input: 'Hi', ...body });
    const { body: sent } = openaiResponses.encodeRequest(request, { model: 'gpt-5' });
    expect(specification.mistakes('CreateResponse', sent)).toEqual([]);
  });
});
