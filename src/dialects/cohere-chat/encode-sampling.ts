/** Sampling, within Cohere's bounds. Sources: https://docs.cohere.com/reference/chat, .../reference/errors */
import type { CanonicalRequest } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import type { RequestField } from '../request-fields.ts';

const MAX_K = 500;
const MIN_P = 0.01;
const MAX_P = 0.99;

type Sampling = Pick<
  CanonicalRequest,
  'temperature' | 'topP' | 'topK' | 'seed' | 'frequencyPenalty' | 'presencePenalty'
>;

/** What is cut to a bound, or left out, is listed; but not `top_p` of 1, which is Cohere's 0.99. */
export function encodeSampling(request: Sampling, drops: Drops): Readonly<Record<string, number>> {
  const { temperature, topP, topK, seed } = request;
  const result: Record<string, number> = {};
  const bounded = (
    name: RequestField,
    field: string,
    value: number,
    minimum: number,
    maximum: number,
  ): void => {
    result[field] = Math.min(Math.max(value, minimum), maximum);
    if (result[field] !== value) drops.add(name);
  };
  if (temperature !== null) bounded('temperature', 'temperature', temperature, 0, 1);
  if (seed !== null) {
    if (seed >= 0) result.seed = seed;
    else drops.add('seed');
  }
  const { frequency, presence } = penaltiesOf(request, drops);
  if (frequency) bounded('frequency_penalty', 'frequency_penalty', frequency, 0, 1);
  if (presence) bounded('presence_penalty', 'presence_penalty', presence, 0, 1);
  if (topK !== null && topK > 0) bounded('top_k', 'k', topK, 1, MAX_K);
  if (topP !== null) bounded('top_p', 'p', topP === 1 ? MAX_P : topP, MIN_P, MAX_P);
  return result;
}

/** Both at once are refused ("only one of 'presence_penalty' and 'frequency_penalty' can be specified"). */
function penaltiesOf(
  { frequencyPenalty: frequency, presencePenalty: presence }: Sampling,
  drops: Drops,
): { frequency: number | null; presence: number | null } {
  if (!frequency || !presence) return { frequency, presence };
  drops.add('presence_penalty');
  return { frequency, presence: null };
}
