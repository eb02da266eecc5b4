/** What holds for every answer that the gateway writes itself, whatever it says. */
import { expect } from 'vitest';
import { hasSpecs, loadSpecification, type Specification } from '../support/openapi.ts';
import type { DoorForm } from './doors.ts';
import type { Json } from './said/said.ts';
import { readEvents, type WireEvent } from './sse-reader.ts';

type Models = readonly string[] | null;

/** `models`: how the one that answered may be called; `null`: the stream broke off. */
export function expectWellFormed(door: DoorForm, bytes: Buffer, models: Models): void {
  const events = readEvents(bytes);
  expect(events.every(({ isClosed }) => isClosed)).toBe(true);
  expect(events.length).toBeGreaterThan(0);
  CHECKS[door.form]?.(events, models);
}

export function expectWholeShape({ form }: DoorForm, body: Json, models: readonly string[]): void {
  expect(models).toContain(body[form === 'gemini' ? 'modelVersion' : 'model']);
  if (form === 'openai-chat') expectValid('CreateChatCompletionResponse', body);
  if (form === 'openai-responses') expectValid('Response', body);
}

const CHECKS: Readonly<Record<string, (events: readonly WireEvent[], models: Models) => void>> = {
  'openai-chat': expectChunks,
  'openai-responses': expectResponseEvents,
  'anthropic-messages': expectMessageEvents,
  gemini: expectGeminiEvents,
};

function expectChunks(events: readonly WireEvent[], models: Models): void {
  const isWhole = models !== null;
  expect(events.filter(({ data }) => data === '[DONE]').length).toBe(isWhole ? 1 : 0);
  if (isWhole) expect(events.at(-1)?.data).toBe('[DONE]');
  const chunks = events.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data ?? ''));
  for (const chunk of chunks) {
    if (chunk.error === undefined) expectValid('CreateChatCompletionStreamResponse', chunk);
    if (isWhole) expect(models).toContain(chunk.model);
  }
  const finished = chunks.flatMap(({ choices = [] }) => choices.filter((one: Json) => one.finish_reason));
  const indexes = finished.map(({ index }) => index);
  expect(new Set(indexes).size).toBe(indexes.length);
  if (isWhole)
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
}

function expectResponseEvents(events: readonly WireEvent[], models: Models): void {
  const told = events.map(({ data }) => JSON.parse(data ?? ''));
  expect(told.map(({ type }) => type)).toEqual(events.map(({ name }) => name));
  expect(told.map(({ sequence_number: number }) => number)).toEqual(told.map((_, index) => index));
  for (const event of told) expectValid('ResponseStreamEvent', event);
  const items = told.filter(({ type }) => type === 'response.output_item.done');
  const last = told.at(-1);
  if (models === null) return;
  expect(models).toContain(last.response.model);
  const inOrder = items.sort((a, b) => a.output_index - b.output_index).map(({ item }) => item);
  expect(last.response.output).toEqual(inOrder);
}

/** One block at a time, numbered, between the message's start and its end. */
function expectMessageEvents(events: readonly WireEvent[], models: Models): void {
  const told = events.map(({ data }) => JSON.parse(data ?? ''));
  expect(told.map(({ type }) => type)).toEqual(events.map(({ name }) => name));
  let open: number | null = null;
  let blocks = 0;
  for (const { type, index } of told) {
    if (type === 'content_block_start') {
      expect([open, index]).toEqual([null, blocks]);
      open = blocks++;
    }
    if (type === 'content_block_delta' || type === 'content_block_stop') expect(index).toBe(open);
    if (type === 'content_block_stop') open = null;
  }
  if (models === null) return;
  const types = told.map(({ type }) => type).filter((type) => type !== 'ping');
  expect([types[0], ...types.slice(-2)]).toEqual(['message_start', 'message_delta', 'message_stop']);
  expect(open).toBeNull();
  expect(models).toContain(told[0].message.model);
}

function expectGeminiEvents(events: readonly WireEvent[], models: Models): void {
  const told = events.map(({ data }) => JSON.parse(data ?? ''));
  expect(events.every(({ name }) => name === null)).toBe(true);
  if (models === null) return;
  for (const { modelVersion } of told) expect(models).toContain(modelVersion);
  const finished = told.map(({ candidates = [] }) => candidates.some((one: Json) => one.finishReason));
  expect(finished.indexOf(true)).toBe(told.length - 1);
}

let specification: Specification | null = null;
/** Shapes that were found good: what differs between answers is text, for the most part. */
const known = new Set<string>();

function expectValid(schema: string, value: Json): void {
  if (!hasSpecs()) return;
  const shape = schema + shapeOf(value);
  if (known.has(shape)) return;
  specification ??= loadSpecification();
  const mistakes = specification.mistakes(schema, value);
  expect(mistakes.slice(0, 6), JSON.stringify(value).slice(0, 2000)).toEqual([]);
  known.add(shape);
}

const TEXTS = [
  'delta',
  'text',
  'content',
  'arguments',
  'id',
  'item_id',
  'call_id',
  'model',
  'reasoning_content',
];

/** All but free text and numbers. */
const shapeOf = (value: Json): string =>
  JSON.stringify(value, (key, inner) => {
    if (typeof inner === 'number') return Number.isInteger(inner) ? 0 : 0.5;
    return TEXTS.includes(key) && typeof inner === 'string' ? '' : inner;
  });
