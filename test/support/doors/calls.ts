/** How a client of each door asks for a text, and what it reads in the answer. */
import { dataOf } from '../streaming.ts';
import type { DoorId } from './told-error.ts';

export const DOORS: readonly DoorId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'];

export const pathOf = (door: DoorId, model: string, stream: boolean): string => {
  switch (door) {
    case 'openai-chat':
      return '/v1/chat/completions';
    case 'openai-responses':
      return '/v1/responses';
    case 'anthropic-messages':
      return '/v1/messages';
    case 'gemini':
      return `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`;
  }
};

export function bodyOf(door: DoorId, model: string, stream: boolean, text: string): Record<string, unknown> {
  const messages = [{ role: 'user', content: text }];
  switch (door) {
    case 'openai-chat':
      return { model, stream, messages };
    case 'openai-responses':
      return { model, stream, input: text };
    case 'anthropic-messages':
      return { model, stream, max_tokens: 100, messages };
    case 'gemini':
      return { contents: [{ role: 'user', parts: [{ text }] }] };
  }
}

/** Where the door's clients put their key. */
export const KEY_HEADERS: Readonly<Record<DoorId, string>> = {
  'openai-chat': 'authorization',
  'openai-responses': 'authorization',
  'anthropic-messages': 'x-api-key',
  gemini: 'x-goog-api-key',
};

/** The text of a whole answer, or of a stream. */
export function textIn(door: DoorId, body: string): string {
  const isStream = !body.startsWith('{');
  const values: Value[] = isStream
    ? dataOf(body)
        .filter((data) => data !== '[DONE]')
        .map((data) => JSON.parse(data))
    : [JSON.parse(body)];
  return values.map((value) => readText(door, value, isStream)).join('');
}

// biome-ignore lint/suspicious/noExplicitAny: parsed JSON of which a test reads a few members
type Value = any;

function readText(door: DoorId, value: Value, isStream: boolean): string {
  switch (door) {
    case 'openai-chat':
      return (isStream ? value.choices?.[0]?.delta?.content : value.choices[0].message.content) ?? '';
    case 'openai-responses':
      if (isStream) return value.type === 'response.output_text.delta' ? value.delta : '';
      return value.output.map((item: Value) => item.content?.[0]?.text ?? '').join('');
    case 'anthropic-messages':
      if (isStream) return value.delta?.text ?? '';
      return value.content.map((block: Value) => block.text ?? '').join('');
    case 'gemini':
      return (value.candidates?.[0]?.content?.parts ?? []).map((part: Value) => part.text ?? '').join('');
  }
}
