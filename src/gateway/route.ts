/** Stage 5: from the model's name to the targets that will be asked, in order. */
import { DEFAULT_TIMEOUTS, type ModelEntry } from '../config/schema.ts';
import type { ClientRequest } from '../dialects/client-request.ts';
import { ModelNotAllowed, ModelNotFound, ProviderCredentialRejected } from '../errors.ts';
import { mayReach, mayUseModel, type Principal } from '../keys/principal.ts';
import type { Candidate, Candidates } from '../routing/candidate.ts';
import { chooseTargets } from '../routing/choose-targets.ts';
import type { RegionHealth } from '../routing/health/region-health.ts';
import { unrecordedHealth } from '../routing/health/unrecorded.ts';
import { resolveModel } from '../routing/model-index.ts';
import { regionOf } from '../routing/region-of.ts';
import { DEFAULT_RULES, type Exchange, type Plan, type Target, targetName } from './exchange.ts';
import { servingPlace } from './home.ts';
import { limitedModel } from './limited-model.ts';
import { orderCredentials } from './order-credentials.ts';
import { AskedQuestion } from './routing-question.ts';

/** Some vendors have the model in the path, where this would lead elsewhere. */
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/;

/** Who asks for a plan, and what is known of the request. */
export interface Asker {
  readonly exchange: Exchange;
  readonly principal: Principal;
  /** `null`: its body is not known yet. */
  readonly request: ClientRequest | null;
}

/** Throws `ModelNotFound`, `ModelNotAllowed`, and `ProviderCredentialRejected` where no target has a credential. */
export function route(model: string, asker: Asker): Plan {
  const { exchange, principal, request } = asker;
  const { snapshot } = exchange.services;
  const resolved = resolveModel(model, snapshot, (target) => mayUseModel(principal, target));
  if (resolved.kind === 'alias') {
    if (!mayUseModel(principal, resolved.name)) throw new ModelNotAllowed(model);
    const question = new AskedQuestion(exchange, principal, request, healthFor(exchange));
    const candidates = chooseTargets(resolved.name, resolved.entry, snapshot, question);
    return toPlan({ ...asker, model, question, candidates, entry: resolved.entry });
  }
  if (!mayUseModel(principal, `${resolved.provider}/${resolved.model}`)) throw new ModelNotAllowed(model);
  if (DOT_SEGMENT.test(resolved.model)) throw new ModelNotFound(model);
  const health = healthOfNamed(`${resolved.provider}/${resolved.model}`, exchange);
  const question = new AskedQuestion(exchange, principal, request, health);
  return toPlan({ ...asker, model, question, candidates: namedByRequest(resolved), entry: null });
}

/** For further models that the body names: whichever target gets it, they have to be granted there. Throws `ModelNotAllowed`. */
export function checkAlsoNamed(names: readonly string[], { targets }: Plan, principal: Principal): void {
  for (const name of names) {
    const isGranted = targets.every(({ provider }) => {
      const target = `${provider.id}/${name}`;
      return mayUseModel(principal, target) && mayReach(principal, target);
    });
    if (!isGranted) throw new ModelNotAllowed(name);
  }
}

/** As it is where the request came in. */
export function healthFor(exchange: Exchange): RegionHealth {
  return exchange.services.healthBook.in(regionOf(servingPlace(exchange)));
}

/** Of a target that no alias led to. */
export function healthOfNamed(target: string, exchange: Exchange): RegionHealth {
  const health = healthFor(exchange);
  const isOperators = exchange.services.snapshot.namedTargets.has(target);
  return isOperators ? health : unrecordedHealth(health.region);
}

const namedByRequest = ({ provider, model }: { provider: string; model: string }): Candidates => ({
  all: [
    {
      provider,
      model,
      reason: 'named by the request',
      standing: 'yes',
      arm: `${provider}/${model}`,
      contextTokens: null,
      continues: null,
    },
  ],
  reach: null,
});

interface Planned extends Asker {
  readonly model: string;
  readonly question: AskedQuestion;
  readonly candidates: Candidates;
  /** `null`: no alias was named. */
  readonly entry: ModelEntry | null;
}

function toPlan(planned: Planned): Plan {
  const { model, principal, question, candidates, entry } = planned;
  const eligible = candidates.all.filter(({ standing }) => standing !== 'no');
  if (eligible.length === 0) throw new ModelNotFound(model, whyNone(candidates));
  const reachable = eligible
    .map((candidate) => toTarget(candidate, planned))
    .filter((target) => target !== undefined);
  // A provider whose secret is not set has nothing to ask with: that is the operator's to mend.
  if (reachable.length === 0) throw new ProviderCredentialRejected(eligible[0]?.provider ?? model);
  const targets = reachable.filter((target) => mayReach(principal, targetName(target)));
  if (targets.length === 0) throw new ModelNotAllowed(model);
  return {
    alias: entry === null ? null : model,
    targets,
    timeouts: entry?.timeouts ?? DEFAULT_TIMEOUTS,
    retries: entry?.retries ?? 1,
    isMetered: principal.isMetered && (entry?.metering ?? true),
    waitingRoom: entry?.waiting_room ?? null,
    rules: entry ?? DEFAULT_RULES,
    considered: targets.length === reachable.length ? candidates.all : withDenied(candidates, principal),
    reach: candidates.reach,
    health: question.health,
  };
}

function toTarget(candidate: Candidate, { exchange, question }: Planned): Target | undefined {
  const { model, reason, arm, contextTokens, continues } = candidate;
  const { snapshot, credentialBook } = exchange.services;
  const provider = snapshot.providers.get(candidate.provider);
  if (provider === undefined) return undefined;
  const standing = candidate.standing === 'last' ? 'last' : 'yes';
  const limited = limitedModel(provider.id, model, snapshot);
  const credentials = orderCredentials(provider, limited, credentialBook, question);
  if (credentials.length === 0) return undefined;
  return { provider, model, reason, credentials, standing, arm, contextTokens, continues };
}

/** With those that this key may not reach as what they are. */
const withDenied = ({ all }: Candidates, principal: Principal): readonly Candidate[] =>
  all.map((candidate) =>
    candidate.standing === 'no' || mayReach(principal, `${candidate.provider}/${candidate.model}`)
      ? candidate
      : { ...candidate, standing: 'no', reason: 'denied to this key' },
  );

/** No rule of the alias lets this request through: the operator's configuration, or what the client said, is to be mended. */
function whyNone({ all }: Candidates): string {
  const [first] = all;
  return first === undefined ? '' : `None of its targets takes this request: ${first.reason}.`;
}
