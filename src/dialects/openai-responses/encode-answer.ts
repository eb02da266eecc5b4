/** A canonical answer as a response object. Of several choices the first is shown: the form has no place for more. */
import type { CanonicalAnswer, CanonicalRequest, JsonObject } from '../canonical.ts';
import type { ResponseIdentifiers } from './identifiers.ts';
import { OutputWriter } from './output-writer.ts';
import { toFinalState, toResponse } from './response-object.ts';

export function encodeAnswer(
  answer: CanonicalAnswer,
  request: CanonicalRequest,
  ids: ResponseIdentifiers,
): JsonObject {
  const id = toResponseId(answer.id, ids);
  const createdAt = answer.created ?? ids.now();
  const [choice] = answer.choices;
  const reason = choice?.finish ?? 'stop';
  const writer = new OutputWriter(() => {}, ids, request.logprobs !== null);
  writer.addLogprobs(choice?.logprobs ?? []);
  for (const [index, part] of (choice?.parts ?? []).entries()) writer.write(index, part);
  writer.finish(reason);
  const { model, usage, serviceTier = null } = answer;
  return toResponse(
    {
      ...toFinalState(reason, ids.now()),
      id,
      model,
      createdAt,
      error: null,
      output: writer.output,
      usage,
      serviceTier,
      isStored: isStored(answer.id, request),
    },
    request,
  );
}

/** Only vendors of this form store answers, and only if they are asked to; such an answer keeps its id. */
export const isStored = (id: string, { extra }: CanonicalRequest): boolean =>
  isResponseId(id) && extra['openai-responses']?.store === true;

const isResponseId = (id: string): boolean => id.startsWith('resp_');

/** Ids of other forms are not shown as ours: clients ask for a response by it. */
export const toResponseId = (id: string, ids: ResponseIdentifiers): string =>
  isResponseId(id) ? id : ids.answer();
