/** A canonical answer as `GenerateContentResponse`. Source: https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse */
import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';
import type { CanonicalAnswer, CanonicalChoice, CanonicalRequest, Extra, JsonObject } from '../canonical.ts';
import { freshId } from '../identifiers.ts';
import { listOf, recordOf } from '../json.ts';
import { writeCitations } from './citations.ts';
import { encodeAnswerPart, wantsThoughts } from './encode-parts.ts';
import { fromFinishReason, readBlockReason } from './finish-reasons.ts';
import { writeLogprobs } from './logprobs.ts';
import { writeServiceTier, writeUsage } from './usage.ts';

export function encodeAnswer(answer: CanonicalAnswer, request: CanonicalRequest): JsonObject {
  const { usage, serviceTier, extra } = answer;
  const showsThoughts = wantsThoughts(request);
  return {
    ...(isPromptBlocked(extra)
      ? {}
      : { candidates: answer.choices.map((choice) => encodeChoice(choice, extra, showsThoughts)) }),
    ...ownMembers(extra),
    ...encodeUsage(usage, serviceTier, extra),
    ...identity(answer),
  };
}

function encodeChoice(choice: CanonicalChoice, extra: Extra | undefined, showsThoughts: boolean): JsonObject {
  const { index, parts, finish, nativeFinish, logprobs } = choice;
  const texts = parts.filter((part) => part.type === 'text');
  return {
    content: {
      parts: parts.map((part) => encodeAnswerPart(part, showsThoughts)).filter((part) => part !== null),
      role: 'model',
    },
    finishReason: fromFinishReason(finish, nativeFinish),
    index,
    ...writeCitations(texts),
    ...(logprobs === undefined ? {} : { logprobsResult: writeLogprobs(logprobs) }),
    ...ownOfCandidate(extra, index),
  };
}

/** What stands beside candidates and usage in every response. */
export function identity({
  id,
  model,
  created,
}: Pick<CanonicalAnswer, 'id' | 'model' | 'created'>): JsonObject {
  return {
    modelVersion: model,
    ...(created === null ? {} : { createTime: new Date(created * 1000).toISOString() }),
    responseId: id === '' ? freshId() : id,
  };
}

/** The member `usageMetadata`, if there is anything to say in it. */
export function encodeUsage(
  usage: Usage | null,
  serviceTier: string | null | undefined,
  extra: Extra | undefined,
): JsonObject {
  const known = extra?.gemini?.usageMetadata;
  const details = recordOf(known);
  const tier = serviceTier ? writeServiceTier(serviceTier) : null;
  const usageMetadata = {
    ...(usage === null ? details : writeUsage(usage, details)),
    ...(tier === null ? {} : { serviceTier: tier }),
  };
  return Object.keys(usageMetadata).length === 0 ? {} : { usageMetadata };
}

/** Of an answer that this form's own vendor gave. */
export function ownOfCandidate(extra: Extra | undefined, index: number): JsonObject {
  const own = listOf(extra?.gemini?.candidates).find((one) => isRecord(one) && one.index === index);
  return recordOf(own);
}

export function ownMembers(extra: Extra | undefined): JsonObject {
  const { candidates: _, usageMetadata: __, ...own } = extra?.gemini ?? {};
  return own;
}

/** Then the form has no candidates at all. */
export function isPromptBlocked(extra: Extra | undefined): boolean {
  const feedback = extra?.gemini?.promptFeedback;
  return isRecord(feedback) && readBlockReason(feedback.blockReason) !== null;
}
