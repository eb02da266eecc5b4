/**
 * A generation as a script: what to send, when to wait, where to break. No bytes and no timers here;
 * `stream.ts` plays it.
 */
import type { Behaviour } from './behaviour.ts';
import { Refusal, toErrorBody } from './refusal.ts';

export type Step =
  | { readonly kind: 'send'; readonly text: string }
  | { readonly kind: 'wait'; readonly ms: number }
  /** Nothing more happens until the reader gives up. */
  | { readonly kind: 'hang' }
  /** The connection breaks. */
  | { readonly kind: 'break' };

/** An answer that can be sent whole or in chunks. Chunks and objects are the JSON of the wire. */
export interface Generation {
  readonly stream: boolean;
  /** Tokens of all choices together. */
  readonly tokens: number;
  /** Tokens of the longest choice: choices are generated side by side. */
  readonly rounds: number;
  readonly whole: () => object;
  /** Chunks before the first token. */
  readonly opening: () => object[];
  /** Chunks of one round: a token of each choice that still has one. */
  readonly round: (round: number) => object[];
  /** Chunks after the last token. */
  readonly closing: () => object[];
}

/** Milliseconds from the request to the last of so many rounds. */
export function durationMs(behaviour: Behaviour, rounds: number): number {
  return behaviour.first_token_ms + Math.max(0, rounds - 1) * intervalMs(behaviour);
}

const intervalMs = ({ tokens_per_second }: Behaviour): number =>
  tokens_per_second === 0 ? 0 : 1000 / tokens_per_second;

/** A streamed answer: server-sent events, and `[DONE]` unless something goes wrong. */
export function* streamScript(generation: Generation, behaviour: Behaviour): Generator<Step, void> {
  yield* events(generation.opening());
  let sent = 0;
  if (generation.rounds === 0) yield* pause(behaviour.first_token_ms);
  for (let round = 0; round < generation.rounds; round += 1) {
    yield* pause(round === 0 ? behaviour.first_token_ms : intervalMs(behaviour));
    for (const chunk of generation.round(round)) {
      const fault = faultAt(sent, generation.tokens, behaviour);
      if (fault) return yield* fault;
      yield* events([chunk]);
      sent += 1;
    }
  }
  const fault = faultAt(sent, generation.tokens, behaviour);
  if (fault) return yield* fault;
  yield* events(generation.closing());
  yield { kind: 'send', text: 'data: [DONE]\n\n' };
}

function faultAt(sent: number, tokens: number, behaviour: Behaviour): Step[] | undefined {
  if (behaviour.hang === 'first_token' && sent === 0) return [{ kind: 'hang' }];
  if (behaviour.hang === 'mid_stream' && sent === Math.ceil(tokens / 2)) return [{ kind: 'hang' }];
  if (behaviour.die_after_tokens === sent) return [{ kind: 'break' }];
  if (behaviour.in_stream_error_after_tokens === sent) return events([inBandError()]);
  return undefined;
}

/** The error of `in_stream_error_after_tokens`. */
export const inBandError = (): object =>
  toErrorBody(
    new Refusal(500, 'The simulator was told to fail after the answer had begun.', {
      code: 'simulated_error',
    }),
  );

const events = (chunks: object[]): Step[] =>
  chunks.map((chunk) => ({ kind: 'send', text: `data: ${JSON.stringify(chunk)}\n\n` }));

const pause = (ms: number): Step[] => (ms > 0 ? [{ kind: 'wait', ms }] : []);

/** The body of an answer that is not streamed, if it was ordered to stop on the way; else `undefined`. */
export function bodyFault(text: string, tokens: number, behaviour: Behaviour): Step[] | undefined {
  const half: Step = { kind: 'send', text: text.slice(0, Math.ceil(text.length / 2)) };
  if (behaviour.hang === 'first_token') return [{ kind: 'hang' }];
  if (behaviour.hang === 'mid_stream') return [half, { kind: 'hang' }];
  if (reached(behaviour.die_after_tokens, tokens)) return [half, { kind: 'break' }];
  return undefined;
}

/** Whether an answer of so many tokens comes to the point where a fault was ordered. */
export const reached = (faultAfter: number | undefined, tokens: number): boolean =>
  faultAfter !== undefined && faultAfter <= tokens;
