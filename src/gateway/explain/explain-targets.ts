/** Every target that was considered for a request, with what it would make of it. Nobody is asked. */
import type { AnyGatewayError } from '../../errors.ts';
import type { Candidate } from '../../routing/candidate.ts';
import type { CircuitState } from '../../routing/health/region-health.ts';
import type { Price } from '../../usage/price.ts';
import type { RequestEstimate } from '../../usage/usage.ts';
import type { Target } from '../exchange.ts';
import { expectAt } from '../limits/reckon.ts';
import { type Admitting, keyOf } from '../limits/reserve.ts';
import { prepareLeg } from '../prepare-leg.ts';
import { AttemptFailed } from '../provider-failure.ts';
import type { Asking } from '../start-run.ts';

export interface ExplainedTarget {
  readonly provider: string;
  readonly model: string;
  /** Of an alias. */
  readonly arm: string;
  /** Why it stands where it stands, or why it is not asked. */
  readonly reason: string;
  readonly standing: Candidate['standing'];
  /** It would be asked, in its turn. */
  readonly eligible: boolean;
  readonly circuit: CircuitState;
  readonly context_tokens: number | null;
  /** Fields of the client that would not reach it. */
  readonly dropped_params: readonly string[];
  /** The most that it is likely to cost there, which is what a budget would set aside; `null`: nobody knows. */
  readonly estimated_cost_usd: number | null;
  /** US dollars for a million tokens; `null`: nobody knows. */
  readonly price: {
    readonly origin: Price['origin'];
    readonly input_usd: number | null;
    readonly output_usd: number | null;
    readonly cache_read_usd: number | null;
  } | null;
}

/** In the order in which they stand. Throws what the client would be told if no target could take the request. */
export function explainTargets(asking: Asking, admitting: Admitting): readonly ExplainedTarget[] {
  const { considered, targets } = asking.plan;
  const found = considered.map((candidate) => look(candidate, asking, admitting));
  const taking = found.filter(({ refusal }) => refusal === null);
  if (taking.length === 0) {
    // The last that was tried tells, as it would at a real request.
    const last = targets.flatMap((target) => found.filter((one) => one.target === target)).at(-1);
    if (last?.refusal instanceof Error) throw last.refusal;
  }
  const isFirstChoice = taking.some(({ standing }) => standing === 'yes');
  const estimate = asking.request.estimate();
  return found.map((one) => toExplained(one, isFirstChoice, estimate, asking, admitting));
}

interface Looked {
  readonly candidate: Candidate;
  readonly standing: Candidate['standing'];
  /** `null`: it is none of those that the request may go to. */
  readonly target: Target | null;
  readonly dropped: readonly string[];
  /** Why it would not be asked; `null`: it would. */
  readonly refusal: AnyGatewayError | string | null;
}

function look(candidate: Candidate, asking: Asking, admitting: Admitting): Looked {
  const isSame = ({ provider, model }: Target) =>
    provider.id === candidate.provider && model === candidate.model;
  const target = asking.plan.targets.find(isSame) ?? null;
  const nobody = { candidate, target, dropped: [] };
  if (candidate.standing === 'no') return { ...nobody, standing: 'no', refusal: candidate.reason };
  if (target === null) return { ...nobody, standing: 'no', refusal: whyMissing(candidate, asking) };
  const { standing } = target;
  if (!admitting.plan.targets.some(isSame)) return { ...nobody, standing, refusal: UNPRICED };
  try {
    const { dropped } = prepareLeg({ ...asking, target, asksForUsage: false });
    return { candidate, target, standing, dropped, refusal: null };
  } catch (error) {
    if (!(error instanceof AttemptFailed)) throw error;
    return { ...nobody, standing, refusal: error.failure.error };
  }
}

const UNPRICED = 'its price is not known, and a budget applies';

function whyMissing({ provider }: Candidate, { exchange, request }: Asking): string {
  if (!exchange.services.snapshot.providers.has(provider))
    return 'the provider is off: its secret is not set';
  return request.previousResponseId === null
    ? 'it is not asked'
    : '`previous_response_id` goes on where that response was made';
}

function toExplained(
  { candidate, target, standing, dropped, refusal }: Looked,
  isFirstChoice: boolean,
  estimate: RequestEstimate,
  asking: Asking,
  { reserved }: Admitting,
): ExplainedTarget {
  const { exchange, plan, principal } = asking;
  const { services, context, settlement } = exchange;
  const { provider: id, model, arm, contextTokens } = candidate;
  const name = `${id}/${model}`;
  const now = context.now();
  const provider = services.snapshot.providers.get(id);
  const known = provider === undefined ? null : services.prices.priceOf(provider, model, now);
  const price = target === null ? known : reserved.priceOf(target);
  const { reservation } = expectAt(name, estimate, keyOf(principal), price, services);
  const cost = reservation.isUnpriced ? null : reservation.nanoUsd / 1e9;
  return {
    provider: id,
    model,
    arm,
    reason: refusal === null ? (target?.reason ?? candidate.reason) : toText(refusal),
    standing,
    eligible: refusal === null && (standing === 'yes' || !isFirstChoice),
    circuit: plan.health.of(name).circuit(now),
    context_tokens: contextTokens,
    dropped_params: dropped,
    estimated_cost_usd: settlement.isFree ? 0 : cost,
    price: price && toPrice(price),
  };
}

const toText = (refusal: AnyGatewayError | string): string =>
  typeof refusal === 'string' ? refusal : refusal.message;

/** A token costs so many picodollars. */
const perMillion = (rate: number | null): number | null => (rate === null ? null : rate / 1e6);

const toPrice = ({ origin, base }: Price): NonNullable<ExplainedTarget['price']> => ({
  origin,
  input_usd: perMillion(base.input),
  output_usd: perMillion(base.output),
  cache_read_usd: perMillion(base.cacheRead),
});
