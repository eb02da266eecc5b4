/**
 * Responses that a provider keeps. Only the target and credential that made one know it, and only its tenant may name
 * it: so its id is sealed on the way to the client, and a request that names one goes back to where it was made.
 */

import { DEFAULT_TIMEOUTS } from '../config/schema.ts';
import type { ClientRequest, StoredCall } from '../dialects/client-request.ts';
import { InvalidRequest, ModelNotAllowed, ResponseNotFound } from '../errors.ts';
import { mayReach, type Principal } from '../keys/principal.ts';
import type { Credential } from '../providers/provider.ts';
import type { RegionHealth } from '../routing/health/region-health.ts';
import type { RequestEstimate } from '../usage/usage.ts';
import { crossingTo } from './crossing.ts';
import { DEFAULT_RULES, type Exchange, type Plan, type Target, targetName } from './exchange.ts';
import { ResponseIds } from './response-ids.ts';
import { type StoredResponse, tenantOf } from './sealed-ids.ts';

/** How the ids in an answer are sealed; `null` on routes, and for targets, that keep no responses. */
export function responseIds(
  exchange: Exchange,
  request: ClientRequest,
  { provider, model, set }: Target,
  credential: Credential,
): ResponseIds | null {
  const { route, services, settlement } = exchange;
  const { principal } = settlement;
  if (route.dialect !== 'openai-responses' || principal === null) return null;
  const isStraight = request.stored !== undefined || crossingTo(route, provider)?.kind === 'straight';
  if (!isStraight) return null;
  const { sealedIds } = services;
  const tenant = tenantOf(principal);
  const known = new Map<string, string>();
  const { stored, previousResponseId } = request;
  if (stored !== undefined) known.set(stored.id, stored.sealedId);
  const previous = set?.previous_response_id;
  if (previous !== undefined && previousResponseId !== null) known.set(previous, previousResponseId);
  return new ResponseIds((id) => sealedIds.seal({ provider, credential, model, id }, tenant), known);
}

/** A provider's words, with what the client named under the client's own name. */
export function asNamed(
  text: string,
  { stored, previousResponseId }: ClientRequest,
  { set }: Target,
): string {
  const own = stored === undefined ? text : text.replaceAll(stored.id, stored.sealedId);
  const previous = set?.previous_response_id;
  return previous === undefined || previousResponseId === null
    ? own
    : own.replaceAll(previous, previousResponseId);
}

/**
 * A request that goes on from a response goes to where that was made, with the same credential, and nowhere else.
 * Throws `InvalidRequest`.
 */
export async function pinToPrevious(
  plan: Plan,
  request: ClientRequest,
  principal: Principal,
  { services, route }: Exchange,
): Promise<Plan> {
  const { previousResponseId } = request;
  if (previousResponseId === null) return plan;
  const found = await services.sealedIds.open(previousResponseId, tenantOf(principal));
  // What a disabled credential stored can be read; nothing new is made with it.
  if (found === null || found.credential.isDisabled) throw notFound();
  const { provider, model, credential, id } = found;
  const target = plan.targets.find((one) => one.provider.id === provider.id && one.model === model);
  if (target === undefined || crossingTo(route, provider)?.kind !== 'straight')
    throw new InvalidRequest(
      `\`previous_response_id\` names a response of "${targetName(found)}", to which \`model\` does not lead.`,
      'previous_response_id',
    );
  const pinned: Target = {
    ...target,
    reason: 'made the previous response',
    credentials: [credential],
    set: { previous_response_id: id },
  };
  return { ...plan, targets: [pinned] };
}

const notFound = (): InvalidRequest =>
  new InvalidRequest(
    '`previous_response_id` names no response that is stored for this key. Answers of providers that keep none cannot be gone on from: send the whole conversation.',
    'previous_response_id',
  );

/** The response that a client names in a path. Throws `ResponseNotFound`, `ModelNotAllowed`. */
export async function findStored(
  sealedId: string,
  principal: Principal,
  { services }: Exchange,
): Promise<StoredResponse> {
  const found = await services.sealedIds.open(sealedId, tenantOf(principal));
  if (found === null) throw new ResponseNotFound(sealedId);
  if (!mayReach(principal, targetName(found))) throw new ModelNotAllowed(targetName(found));
  return found;
}

/** A plan with one target and one credential. */
export const planOf = (
  { provider, credential, model }: StoredResponse,
  isMetered: boolean,
  health: RegionHealth,
): Plan => ({
  alias: null,
  targets: [
    {
      provider,
      model,
      credentials: [credential],
      reason: 'made the response',
      standing: 'yes',
      arm: targetName({ provider, model }),
      contextTokens: null,
      continues: null,
    },
  ],
  timeouts: DEFAULT_TIMEOUTS,
  retries: 1,
  isMetered,
  waitingRoom: null,
  rules: DEFAULT_RULES,
  considered: [],
  reach: null,
  health,
});

/** Reading what was paid for before. */
const NOTHING_ESTIMATED: RequestEstimate = {
  inputTokens: 1,
  audioInputTokens: 0,
  isCachedForAnHour: false,
  outputLimit: 0,
  usualOutput: null,
  choices: 1,
  mayAnswerInSound: false,
  serverToolCalls: 0,
  quantities: {},
};

/** A request without a body, about a stored response. */
export const storedRequest = (model: string, stored: StoredCall, wantsStream: boolean): ClientRequest => ({
  model,
  alsoNames: [],
  wantsStream,
  wantsUsage: false,
  choices: 1,
  inputCharacters: 0,
  endUser: null,
  serviceTier: null,
  isBackground: false,
  estimate: () => NOTHING_ESTIMATED,
  quantities: () => ({}),
  sent: () => null,
  contentType: 'application/json',
  isReplayable: true,
  holdsForeignProofs: false,
  previousResponseId: null,
  stored,
  parse: () => ({}),
  encode: () => new Uint8Array(0),
  release: () => undefined,
  onLateRefusal: () => undefined,
});
