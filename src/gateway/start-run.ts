/** Where the answer to a request comes from, as `recall` found: the cache, another request that asks the same, or a provider. */
import { createHash } from 'node:crypto';
import { joinFlight, leadFlight } from '../cache/flight/flight-client.ts';
import type { ClientRequest } from '../dialects/client-request.ts';
import { DOOR_CODECS } from '../dialects/registry.ts';
import { mayReach, type Principal } from '../keys/principal.ts';
import { formatUsd } from '../limits/units.ts';
import type { Answer } from './answer.ts';
import type { AnswerRun } from './answer-run.ts';
import { AttemptRun } from './attempt/attempt-run.ts';
import { AmendedRun } from './cache/amended-run.ts';
import { AnswerRecorder } from './cache/answer-recorder.ts';
import type { PartlyKnown } from './cache/embeddings-lookup.ts';
import { askForMissing, completeWith } from './cache/embeddings-run.ts';
import { FlightFollower } from './cache/flight-follower.ts';
import { leadingOf, ledRequest } from './cache/lead.ts';
import type { Found, Lookup } from './cache/lookup.ts';
import { RecalledRun } from './cache/recalled-run.ts';
import { recordingOf } from './cache/recording.ts';
import type { Exchange, Plan } from './exchange.ts';
import { letIn, prepareAdmission } from './limits/reserve.ts';
import { toFailure } from './provider-failure.ts';
import type { Recalled } from './recall.ts';
import { toEnding } from './settle.ts';
import type { Translation } from './translation.ts';

export interface Asking {
  readonly exchange: Exchange;
  readonly request: ClientRequest;
  readonly plan: Plan;
  readonly principal: Principal;
  /** The client's own bound on the whole; it lowers the plan's, and never raises it. */
  readonly timeoutMs: number | null;
  readonly translation: Translation;
}

export function startRun(asking: Asking, recalled: Recalled): AnswerRun {
  switch (recalled.kind) {
    case 'bypass':
      return askProviders(asking, null);
    case 'found':
      return giveFound(asking, recalled.found);
    case 'miss': {
      const { lookup, stale, known } = recalled;
      const sent = lookup.isShared ? asking.request.sent() : null;
      if (sent !== null) return follow(asking, lookup, sent);
      const run = known === null ? askProviders(asking, lookup) : askForRest(asking, lookup, known);
      return stale === null ? run : new AmendedRun(run, orStale(asking, lookup, stale, run));
    }
  }
}

function askProviders(asking: Asking, lookup: Lookup | null): AttemptRun {
  const { exchange } = asking;
  exchange.settlement.cache = lookup === null ? 'bypass' : 'miss';
  return attempt(
    asking,
    lookup === null ? null : new AnswerRecorder(exchange, recordingOf(lookup, exchange)),
  );
}

/** `isIn`: it was let in already, and goes on under the same bill. */
function attempt(asking: Asking, recorder: AnswerRecorder | null, isIn = false): AttemptRun {
  const { exchange, request, plan, principal, timeoutMs, translation } = asking;
  const admitting = prepareAdmission(exchange, request, plan, principal);
  return new AttemptRun({ exchange, request, admitting, timeoutMs, translation, recorder, isIn });
}

/** Embeddings of which some are known. */
function askForRest(asking: Asking, lookup: Lookup, known: PartlyKnown): AnswerRun {
  const { exchange, plan } = asking;
  exchange.settlement.cache = 'miss';
  const missing = askForMissing(known, exchange, asking.request, plan);
  const rest = {
    known,
    lookup,
    exchange,
    askForAll: () => attempt(asking, null, true),
    isNarrowed: missing.plan.targets.length < plan.targets.length,
  };
  return new AmendedRun(attempt({ ...asking, ...missing }, null), completeWith(rest));
}

/** Counts as a request, and costs nothing. */
function giveFound({ exchange, request, plan, principal }: Asking, found: Found): AnswerRun {
  const { settlement } = exchange;
  tellFound(exchange, found);
  settlement.isFree = true;
  const admitting = prepareAdmission(exchange, request, plan, principal);
  return new RecalledRun(exchange, toAnswer(found), (signal) => letIn(admitting, exchange, signal));
}

/** The providers failed: what they said once has to do, and is not kept as if it were new. */
const orStale =
  ({ exchange }: Asking, lookup: Lookup, stale: Found, run: AnswerRun) =>
  async (answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      if (!mayBeStale(error) || !lookup.isGood(stale.entry.head)) throw error;
      run.recorder?.giveUp();
      tellFound(exchange, stale);
      return toAnswer(stale);
    }
  };

/** A refusal of the request itself is not hidden. Source: RFC 5861, 4. */
function mayBeStale(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const failure = toFailure(error);
  const ending = toEnding(failure);
  return (
    (ending === 'upstream_error' || ending === 'timeout') && failure.code !== 'provider_rejected_request'
  );
}

function tellFound({ settlement, context, flight }: Exchange, { entry }: Found): void {
  const { head } = entry;
  const ageMs = Math.max(0, context.now() - head.storedAt);
  settlement.cache = 'hit';
  settlement.servedBy(head, head.dropped);
  if (flight?.kind === 'cache') flight.tap.finished(entry, false);
  const spent = settlement.bill.spent;
  settlement.told = {
    ...settlement.told,
    age: String(Math.floor(ageMs / 1000)),
    'x-edgeway-cost-usd': spent === null ? 'unknown' : formatUsd(spent),
  };
}

const toAnswer = ({ body }: Found): Answer => ({ status: 200, headers: new Headers(), body });

/** One call for all who ask the same at once. */
function follow(asking: Asking, lookup: Lookup, sent: Uint8Array): AnswerRun {
  const { exchange, request, plan, principal, timeoutMs } = asking;
  const { context, services } = exchange;
  const { policy, key, maxAgeMs } = lookup;
  const form = formOf(exchange, request, sent);
  const canonical = lookup.canonical(); // before the body is let go
  const flight = services.flights(`cache/${key.hash}`);
  if (flight === null) return askProviders(asking, lookup);
  const { generation } = services.invalidations();
  const joining = { kind: 'cache', form, fingerprint: null, maxAgeMs, followers: policy.followers } as const;
  const totalMs = Math.min(plan.timeouts.total_ms, timeoutMs ?? Number.POSITIVE_INFINITY);
  return new FlightFollower({
    exchange,
    wantsStream: request.wantsStream,
    endsAt: context.arrivedAt + totalMs,
    join: ({ ignoresStanding }) => joinFlight(flight, { ...joining, ignoresStanding }),
    lead: (ticket) =>
      leadFlight(flight, ledRequest(exchange, sent), {
        ...leadingOf(exchange),
        kind: 'cache',
        form,
        ticket,
        totalMs: plan.timeouts.total_ms,
        generation,
      }),
    mayHave: (run) =>
      run !== null && mayReach(principal, `${run.provider}/${run.model}`) && lookup.mayJoin(run),
    isGood: ({ head }) => context.now() < head.freshUntil && lookup.isGood(head),
    letIn: (signal) => letIn(prepareAdmission(exchange, request, plan, principal), exchange, signal),
    replay: lookup.replay,
    translated: canonical === null ? null : { door: DOOR_CODECS[exchange.route.dialect], canonical },
    alone: () => askProviders(asking, lookup),
  });
}

/**
 * Equal questions at one door are answered with the same bytes, where answers say nothing of who asked (Responses do) and
 * of how it is written (embeddings do).
 */
function formOf({ route }: Exchange, { wantsStream, wantsUsage }: ClientRequest, sent: Uint8Array): string {
  const isOneForm =
    route.id === 'completions' || (route.operation === 'chat' && route.dialect !== 'openai-responses');
  const text = isOneForm ? '' : createHash('sha256').update(sent).digest('hex');
  return `${route.id} ${wantsStream} ${wantsUsage} ${text}`;
}
