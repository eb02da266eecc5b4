/**
 * Reads streams of events with a `type`: transcriptions (`transcript.text.*`), speech (`speech.audio.*`) and
 * images (`image_generation.*`, `image_edit.*`).
 * Source: https://platform.openai.com/docs/api-reference/audio/transcript-text-delta-event and its neighbours.
 */

import { isRecord } from '../../is-record.ts';
import type { SseEvent } from '../../streaming/sse.ts';
import type { Usage } from '../../usage/usage.ts';
import { hasErrorPayload } from '../openai/error-fields.ts';
import { readUsage } from '../openai/usage.ts';
import type { EventMeaning, StraightForm, StreamObserver } from '../straight.ts';

export class TypedStreamObserver implements StreamObserver {
  usage: Usage | null = null;
  outputCharacters = 0;
  error: unknown;
  isComplete = false;
  readonly doneMarker = null; // the closing event is the end; `[DONE]` is passed on where it comes

  observe({ data, name }: SseEvent): EventMeaning {
    if (data === null || data === '') return 'other';
    if (data.trim() === '[DONE]') return 'done';
    let event: unknown;
    try {
      event = JSON.parse(data);
    } catch {
      return 'other';
    }
    if (!isRecord(event)) return 'other';
    const type = typeof event.type === 'string' ? event.type : (name ?? '');
    this.usage = readUsage(event.usage) ?? this.usage;
    if (type === 'error' || name === 'error' || hasErrorPayload(event)) {
      this.error = event;
      return 'error';
    }
    if (typeof event.delta === 'string') this.outputCharacters += event.delta.length;
    if (type.endsWith('.done') || type.endsWith('.completed')) this.isComplete = true;
    return type === '' || event.delta === '' ? 'other' : 'content';
  }
}

/** Sound, pictures and transcripts, as events or whole. */
export const TYPED_STREAMS: StraightForm = {
  createObserver: () => new TypedStreamObserver(),
  readUsage: (body) => readUsage(body.usage),
  isError: hasErrorPayload,
};
