/** What a run says of itself to those who wait for its answer, in a header that no client sees. */
import type { FlightHead } from '../../cache/flight/frames.ts';
import { RUN_HEADER } from '../../cache/flight/messages.ts';
import { isRecord } from '../../is-record.ts';
import type { Exchange } from '../exchange.ts';

export interface RunNote {
  /** Who answers: the provider's id, and its own name of the model. */
  readonly provider: string;
  readonly model: string;
  /** The last invalidation that was known when it was asked for. */
  readonly generation: number;
}

/** Nothing outside an object, and for a run that asked nobody. */
export function runNoteHeader({ flight, settlement }: Exchange): Record<string, string> {
  const { target, generation } = settlement;
  if (flight === null || target === null) return {};
  const { provider, model } = target;
  return { [RUN_HEADER]: encodeURIComponent(JSON.stringify({ provider, model, generation })) };
}

/** `null` where none was left. */
export function readRunNote({ headers }: FlightHead): RunNote | null {
  const text = headers[RUN_HEADER];
  const note: unknown = text === undefined ? null : JSON.parse(decodeURIComponent(text));
  return isRecord(note) ? (note as unknown as RunNote) : null; // written above
}
