/**
 * What many forms cannot do, and must not pass over: the answer would be another one than the client asked for. Each
 * throws `InvalidRequest`; `form` is the subject of its sentence.
 */
import type { CanonicalRequest } from './canonical.ts';
import { listOf } from './json.ts';
import { refuse } from './shape.ts';

/** For forms that give one answer, in text. */
export function refuseMoreThanOneText(
  { choices, extra }: Pick<CanonicalRequest, 'choices' | 'extra'>,
  form: string,
): void {
  if (choices !== null && choices !== 1) refuse('n', `must be 1: ${form} gives one answer`);
  const modalities = listOf(extra['openai-chat']?.modalities);
  if (modalities.some((modality) => modality !== 'text')) {
    refuse('modalities', `must be ["text"]: ${form} answers in text`);
  }
}

export function refuseNoTokens({ maxOutputTokens }: Pick<CanonicalRequest, 'maxOutputTokens'>): void {
  if (maxOutputTokens !== null && maxOutputTokens < 1) refuse('max_tokens', 'must be at least 1');
}

export function refuseJsonWithoutSchema(
  { responseFormat }: Pick<CanonicalRequest, 'responseFormat'>,
  form: string,
): void {
  if (responseFormat?.kind !== 'json') return;
  refuse('response_format', `must be of the type "json_schema": ${form} has no JSON mode without a schema`);
}
