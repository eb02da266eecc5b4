/**
 * Shadow traffic: a share of an alias's requests is asked of another target too, once the client has its answer, and the
 * two answers are compared in the log. The client sees nothing of it, pays nothing for it and never waits for it.
 */
import type { ModelEntry } from '../config/schema.ts';
import { InternalError, toGatewayError } from '../errors.ts';
import { mayReach } from '../keys/principal.ts';
import { logCause } from '../log-cause.ts';
import type { Target } from './exchange.ts';
import { orderCredentials } from './order-credentials.ts';
import type { Recalled } from './recall.ts';
import { AskedQuestion } from './routing-question.ts';
import type { Outcome, Settlement } from './settle.ts';
import { AnswerWatch } from './shadow/answer-watch.ts';
import { compareWithCopy } from './shadow/compare.ts';
import { sideOf } from './shadow/side.ts';
import type { Asking } from './start-run.ts';

/** Larger ones are not copied: they would be held for as long as their answer takes. */
const MAX_BODY_BYTES = 256 * 1024;

/** Draws whether this request is copied, and sees to it. Called before anybody is asked. */
export function castShadow(asking: Asking, recalled: Recalled): void {
  const { shadow } = asking.plan.rules;
  if (shadow === undefined || asking.exchange.context.random() >= shadow.share) return;
  if (!mayBeCopied(asking, recalled)) return;
  const target = targetOf(asking, shadow);
  const body = asking.request.sent();
  if (target === null || body === null || body.length > MAX_BODY_BYTES) return;
  const { services, settlement, context } = asking.exchange;
  if (!services.bodies.takeSpare(body.length)) return;
  const watch = new AnswerWatch(services.bodies);
  const release = () => {
    watch.release();
    services.bodies.give(body.length);
  };
  settlement.watch = watch;
  whenSettled(settlement, (outcome) => {
    if (!isComparable(outcome, settlement)) return release();
    const primary = sideOf(outcome, settlement, context);
    const compared = compareWithCopy({ asking, shadow, target, body, watch, primary });
    context.waitUntil(compared.catch((error) => tell(error, asking)).finally(release));
  });
}

/** Behind those who listen already. */
function whenSettled(settlement: Settlement, listen: (outcome: Outcome) => void): void {
  const told = settlement.onSettled;
  settlement.onSettled = (outcome, error) => {
    told?.(outcome, error);
    listen(outcome);
  };
}

/** An answer that a provider gave for this very request, all of it. */
const isComparable = ({ ending, errorCode }: Outcome, { cache }: Settlement): boolean =>
  ending === 'complete' && errorCode === null && (cache === 'miss' || cache === 'bypass');

/** A provider is about to be asked, here, and its answer passes through our hands. */
function mayBeCopied({ exchange, request, plan }: Asking, recalled: Recalled): boolean {
  const { route, services } = exchange;
  if (route.operation !== 'chat' || !plan.isMetered) return false;
  if (request.previousResponseId !== null || request.isBackground) return false;
  if (recalled.kind === 'found' || (recalled.kind === 'miss' && recalled.lookup.isShared)) return false;
  return plan.alias !== null && !staysInPlace(plan.alias, services.snapshot.aliases);
}

/** Whether the alias, or one that it leads to, keeps its requests within places. The document has no cycles (checked). */
function staysInPlace(alias: string, aliases: ReadonlyMap<string, ModelEntry>): boolean {
  const entry = aliases.get(alias);
  if (entry === undefined) return false;
  return (
    entry.residency !== undefined ||
    entry.targets.some((target) => 'alias' in target && staysInPlace(target.alias, aliases))
  );
}

interface Named {
  readonly provider: string;
  readonly model: string;
}

/** `null`: it is off, out of this caller's reach, or not well. */
function targetOf({ exchange, plan, principal, request }: Asking, named: Named): Target | null {
  const { services, context } = exchange;
  const { provider: id, model } = named;
  const name = `${id}/${model}`;
  const now = context.now();
  const provider = services.snapshot.providers.get(id);
  if (provider === undefined || !mayReach(principal, name)) return null;
  if (plan.health.of(name).circuit(now) === 'open') return null;
  const question = new AskedQuestion(exchange, principal, request, plan.health);
  const [credential] = orderCredentials(provider, model, services.credentialBook, question);
  if (credential === undefined) return null;
  return {
    provider,
    model,
    credentials: [credential],
    reason: 'shadow',
    standing: 'yes',
    arm: name,
    contextTokens: null,
    continues: null,
  };
}

function tell(thrown: unknown, { exchange }: Asking): void {
  const error = toGatewayError(thrown);
  if (error instanceof InternalError) logCause(error, exchange.context);
}
