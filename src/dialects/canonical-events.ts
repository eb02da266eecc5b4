/** The canonical form: an answer in steps, as it streams. See `canonical.ts`. */
import type { Usage } from '../usage/usage.ts';
import type { Citation, Extra, JsonObject, Part, Signature } from './canonical-parts.ts';
import type { RawErrorFields } from './straight.ts';

/** `pause`: the vendor stopped in the middle of its own work and wants the turn back. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'pause';

/** What a part is when it begins in a stream; deltas fill it, or it is whole already (`whole`). */
export type StartedPart =
  | { readonly type: 'text' }
  | { readonly type: 'refusal' }
  | { readonly type: 'reasoning' }
  | {
      readonly type: 'tool-call';
      readonly id: string;
      readonly name: string;
      readonly isCustom: boolean;
      readonly signature?: Signature;
    }
  | { readonly type: 'whole'; readonly part: Part };

/** One target went on with the text of another. */
export interface Failover {
  /** `provider/model`. */
  readonly from: string;
  readonly to: string;
  /** Length of the text that had been told, in UTF-16 code units. */
  readonly atCharacters: number;
}

/**
 * One step of a streamed answer. `part` numbers the parts of a choice in order of appearance; decoders number them
 * themselves, whatever the wire says, and open a part before its first delta and close it after its last. `finish`
 * comes once for each choice, when the wire form's own rule says that the choice is whole, and never without that:
 * whoever relays takes an answer for complete when every choice has finished.
 */
export type CanonicalEvent =
  | {
      readonly type: 'start';
      readonly id: string;
      readonly model: string;
      readonly created: number | null;
      readonly usage: Usage | null;
    }
  | {
      readonly type: 'part-start';
      readonly choice: number;
      readonly part: number;
      readonly content: StartedPart;
    }
  | { readonly type: 'part-delta'; readonly choice: number; readonly part: number; readonly text: string }
  /** Of a text, reasoning or tool-call part that is open. */
  | {
      readonly type: 'signature';
      readonly choice: number;
      readonly part: number;
      readonly signature: Signature;
    }
  | { readonly type: 'citation'; readonly choice: number; readonly part: number; readonly citation: Citation }
  | { readonly type: 'logprobs'; readonly choice: number; readonly logprobs: readonly JsonObject[] }
  | { readonly type: 'part-end'; readonly choice: number; readonly part: number }
  | {
      readonly type: 'finish';
      readonly choice: number;
      readonly reason: FinishReason;
      readonly native: string | null;
      readonly stopSequence: string | null;
    }
  /** Running totals: the last one counts. It may come after `finish`, and before the stream's end. */
  | { readonly type: 'usage'; readonly usage: Usage }
  /** What stands beside the choices in `CanonicalAnswer`, and who went on with it; later members replace earlier ones. */
  | {
      readonly type: 'about';
      readonly serviceTier?: string | null;
      readonly extra?: Extra;
      readonly failover?: readonly Failover[];
    }
  | { readonly type: 'ping' }
  | { readonly type: 'error'; readonly error: RawErrorFields };
