/** Events of upstream streams, and what the decoder makes of them. */
import { expect } from 'vitest';
import type { CanonicalAnswer, JsonObject } from '../../../../src/dialects/canonical.ts';
import { aggregate } from '../../../support/aggregate.ts';
import { decodeStream, sse } from './support.ts';

export const created = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'gpt-5', created_at: 5, output: [] },
};
export const added = (index: number, item: JsonObject) => ({
  type: 'response.output_item.added',
  output_index: index,
  item,
});
export const done = (index: number, item: JsonObject) => ({
  type: 'response.output_item.done',
  output_index: index,
  item,
});
export const textDelta = (index: number, delta: string, fields: JsonObject = {}) => ({
  type: 'response.output_text.delta',
  output_index: index,
  content_index: 0,
  delta,
  ...fields,
});
export const message = (...texts: string[]): JsonObject => ({
  type: 'message',
  role: 'assistant',
  content: texts.map((text) => ({ type: 'output_text', text, annotations: [] })),
});
export const call = (input = ''): JsonObject => ({
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'look',
  arguments: input,
});
export const completed = (output: readonly JsonObject[] = [], fields: JsonObject = {}) => ({
  type: 'response.completed',
  response: { id: 'resp_1', model: 'gpt-5', status: 'completed', output, ...fields },
});

export function read(...events: JsonObject[]) {
  const result = aggregate(decodeStream(sse(...events)));
  expect(result.mistakes).toEqual([]);
  return { ...result, parts: result.answer?.choices[0]?.parts };
}

export const plain = (answer: CanonicalAnswer | null) =>
  answer?.choices[0]?.parts.map((part) =>
    'text' in part ? part.text : 'input' in part ? part.input : part.type,
  );
