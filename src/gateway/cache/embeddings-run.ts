/** Asks for the embeddings that are missing, and puts the answer together from those and the known ones. */
import { concat } from '../../bytes.ts';
import type { CacheEntry } from '../../cache/entry.ts';
import type { ClientRequest } from '../../dialects/client-request.ts';
import { decodeJsonRequest } from '../../dialects/json-request.ts';
import { ProviderError } from '../../errors.ts';
import type { Usage } from '../../usage/usage.ts';
import type { Answer } from '../answer.ts';
import type { AnswerRun } from '../answer-run.ts';
import type { Exchange, Plan } from '../exchange.ts';
import { toFailure } from '../provider-failure.ts';
import { toEnding } from '../settle.ts';
import { type BatchAnswer, MOST_ANSWER_BYTES } from './embeddings-answer.ts';
import { nothingKnownOf, type PartlyKnown } from './embeddings-lookup.ts';
import { entryHead } from './entry-head-of.ts';
import type { Lookup } from './lookup.ts';
import { recordingOf } from './recording.ts';

/** The request for what is missing, and the targets that made the rest. */
export function askForMissing(
  { split }: PartlyKnown,
  { route, inPath }: Exchange,
  request: ClientRequest,
  plan: Plan,
): { readonly request: ClientRequest; readonly plan: Plan } {
  const sent = request.sent();
  if (split.isWhole || sent === null) return { request, plan };
  const { source } = split;
  const targets =
    source === null
      ? plan.targets
      : plan.targets.filter(
          ({ provider, model }) => provider.id === source.provider && model === source.model,
        );
  return { request: decodeJsonRequest(route, split.derive(sent), inPath), plan: { ...plan, targets } };
}

export interface Rest {
  readonly known: PartlyKnown;
  readonly lookup: Lookup;
  readonly exchange: Exchange;
  /** Asks for all of it, of every target: where those who made the known vectors fail, or answer what does not fit. */
  readonly askForAll: () => AnswerRun;
  /** There are targets that were not asked, because they made none of the known vectors. */
  readonly isNarrowed: boolean;
}

/** Puts the answer together. Rejects as the providers fail. */
export const completeWith =
  (rest: Rest) =>
  async (coming: Promise<Answer>, instead: (next: AnswerRun) => Promise<Answer>): Promise<Answer> => {
    const { known, exchange } = rest;
    const all = async () => {
      const split = nothingKnownOf(known);
      const answer = await inOnePiece(await instead(rest.askForAll()));
      return completed(answer, split, rest) ?? answer;
    };
    try {
      const answer = await inOnePiece(await coming);
      const complete = completed(answer, known, rest);
      if (complete !== null) return complete;
      if (known.split.isWhole) return answer;
    } catch (error) {
      if (!rest.isNarrowed || !isOfProvider(error)) throw error;
      return all();
    }
    exchange.settlement.failAttempt(new ProviderError(502, NOT_FITTING));
    return all();
  };

const NOT_FITTING = {
  message: 'The provider sent vectors that do not stand beside those that are known.',
  type: null,
  param: null,
  code: null,
};

function isOfProvider(error: unknown): boolean {
  const ending = error instanceof Error ? toEnding(toFailure(error)) : 'rejected';
  return ending === 'upstream_error' || ending === 'timeout';
}

/** `null`: it is no answer to what was asked. */
function completed(answer: Answer, known: PartlyKnown, { lookup, exchange }: Rest): Answer | null {
  const { body } = answer;
  const { target } = exchange.settlement;
  if (body.kind !== 'whole' || target === null) return null;
  const complete = known.split.read(body.bytes, target);
  if (complete === null) return null;
  keep(complete, known, lookup, exchange);
  const { isWhole } = known.split;
  const bytes = isWhole ? body.bytes : complete.body();
  // The bill counts what was sent, whatever the answer tells of the rest.
  return { ...answer, body: { kind: 'whole', bytes, usage: body.usage ?? complete.sentUsage } };
}

function keep(answer: BatchAnswer, known: PartlyKnown, lookup: Lookup, exchange: Exchange): void {
  const recording = recordingOf(lookup, exchange);
  const entryOf = (body: Uint8Array, usage: Usage | null): CacheEntry | null => {
    const head = entryHead(exchange, recording, { kind: 'vectors', contentType: 'application/json' });
    return head && { head: { ...head, usage }, body, canonical: null };
  };
  const whole = entryOf(answer.whole(), answer.usage);
  if (whole === null) return;
  recording.tap?.finished(whole, true);
  const entries = answer.entries().flatMap(({ index, body, usage }) => {
    const [key, entry] = [known.inputs[index], entryOf(body, usage)];
    return key === undefined || entry === null ? [] : [{ key, entry }];
  });
  recording.keep(whole, entries);
}

/** What is too long stays a stream of bytes. */
async function inOnePiece(answer: Answer): Promise<Answer> {
  const { body } = answer;
  if (body.kind !== 'bytes' || !body.isJson) return answer;
  const chunks = [...body.first];
  let length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  while (length <= MOST_ANSWER_BYTES) {
    const { done, value } = await body.reader.read();
    if (done) return { ...answer, body: { kind: 'whole', bytes: concat(chunks), usage: null } };
    body.call.progress();
    chunks.push(value);
    length += value.length;
  }
  return { ...answer, body: { ...body, first: chunks } };
}
