/**
 * The end of a stream whose bytes were the upstream's: an `error` event, and then `response.failed` with the response
 * as it was last told, as `stream-encoder.ts` does for streams of its own.
 */
import type { ErrorWire } from '../../errors.ts';
import type { StreamObserver } from '../straight.ts';
import { toErrorEvent, toResponseError } from './error-fields.ts';
import { ResponsesStreamObserver } from './stream-observer.ts';

const encoder = new TextEncoder();

export function encodeFailure(error: ErrorWire, observer: StreamObserver | null): Uint8Array {
  const { response, sequence } =
    observer instanceof ResponsesStreamObserver ? observer : { response: null, sequence: 0 };
  const told = event('error', { ...toErrorEvent(error), sequence_number: sequence });
  if (response === null) return encoder.encode(told);
  const failed = { ...response, status: 'failed', error: toResponseError(error) };
  return encoder.encode(told + event('response.failed', { response: failed, sequence_number: sequence + 1 }));
}

const event = (type: string, members: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
