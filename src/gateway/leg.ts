/**
 * One way of asking one target: what goes up, and how what comes down is read. Built anew for each attempt from the
 * client's request and the target, and from nothing else.
 */
import type { ClientRequest } from '../dialects/client-request.ts';
import type { UpstreamCodec } from '../dialects/codec.ts';
import type { AnswerBody } from './answer.ts';
import type { Exchange, Plan, Target } from './exchange.ts';
import type { OpenOptions } from './opening.ts';
import type { Translation } from './translation.ts';

export interface LegCall {
  readonly method: string;
  /** Below the provider's base URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | ReadableStream<Uint8Array> | null;
  readonly contentType: string;
  readonly accept: string;
}

export interface Leg {
  /** Usually one; more where a vendor takes fewer inputs a call than the client sent; none where we answer. */
  readonly calls: readonly LegCall[];
  /** Fields of the client that do not reach this target. */
  readonly dropped: readonly string[];
  readonly upstream: UpstreamCodec | null;
  /** Throws `AttemptFailed`. `responses`: 2xx, in the order of the calls. */
  open(responses: readonly Response[], options: OpenOptions): Promise<AnswerBody>;
}

export interface LegParts {
  readonly exchange: Exchange;
  readonly request: ClientRequest;
  readonly translation: Translation;
  readonly target: Target;
  readonly plan: Pick<Plan, 'targets' | 'rules' | 'isMetered'>;
  readonly asksForUsage: boolean;
}

/** What is asked for where no stream is. */
export const WHOLE_TYPES = 'application/json, */*;q=0.9';
