/** What the tests of kept chat completions and text completions share. */
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import type { StoredForm } from '../../../../src/dialects/stored-form.ts';
import { SseSplitter } from '../../../../src/streaming/sse.ts';

// biome-ignore lint/suspicious/noExplicitAny: JSON whose members the tests look for
export type Json = any;

export const USAGE = { prompt_tokens: 8, completion_tokens: 6, total_tokens: 14 };

export const completion = (...choices: readonly object[]): JsonObject => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_795_000_000,
  model: 'acme-1',
  choices,
  usage: USAGE,
  service_tier: 'default',
});

export const choice = (message: object, more: object = {}): JsonObject => ({
  index: 0,
  message: { role: 'assistant', content: null, refusal: null, ...message },
  logprobs: null,
  finish_reason: 'stop',
  ...more,
});

export const call = (id: string, name: string, text: string): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: text },
});

const NOT_TOLD: readonly Uint8Array[] = [];

export const eventsOf = (form: StoredForm, body: JsonObject, wantsUsage = true): readonly Uint8Array[] =>
  form.toEvents(body, { wantsUsage }) ?? NOT_TOLD;

/** The JSON of each event, `[DONE]` as it is. */
export function told(events: readonly Uint8Array[]): Json[] {
  const splitter = new SseSplitter();
  const data = events.flatMap((event) => splitter.push(event)).map((event) => event.data ?? '');
  return data.map((text) => (text === '[DONE]' ? text : JSON.parse(text)));
}

/** What is put together from a stream; texts are events' data, objects their JSON. */
export function collect(
  form: StoredForm,
  events: readonly (Uint8Array | string | object)[],
): JsonObject | null {
  const collector = form.createCollector();
  const splitter = new SseSplitter();
  for (const event of events) {
    if (event instanceof Uint8Array) for (const one of splitter.push(event)) collector.push(one);
    else collector.push({ data: typeof event === 'string' ? event : JSON.stringify(event), name: null });
  }
  return collector.body();
}

/** Long integers by their digits, members in one order. */
export const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) && !JSON.isRawJSON(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
