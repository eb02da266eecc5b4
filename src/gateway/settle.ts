/**
 * Stage 8: every request ends here exactly once, whichever way it ends. Stages tell the settlement what they learn;
 * the first ending counts, and later ones are echoes of it.
 */
import type { RequestContext } from '../context.ts';
import { type AnyGatewayError, type ErrorWire, type RelayedFailure, toErrorWire } from '../errors.ts';
import type { Principal } from '../keys/principal.ts';
import type { Grant } from '../limits/leases/limit-desk.ts';
import { formatUsd } from '../limits/units.ts';
import type { ContentRecord } from '../telemetry/content-record.ts';
import { type Ending, type RequestRecord, toLogLine } from '../telemetry/request-log.ts';
import type { Usage } from '../usage/usage.ts';
import { CLIENT_LEFT_STATUS, ClientLeft } from './client-left.ts';
import type { Plan, Target } from './exchange.ts';
import type { AttemptBill } from './limits/attempt-bill.ts';
import { Bill } from './limits/bill.ts';
import { rateLimitHeaders } from './limits/rate-limit-headers.ts';
import type { CacheStatus } from './recall.ts';
import type { AnswerWatch } from './shadow/answer-watch.ts';

export class Settlement {
  principal: Principal | null = null;
  alias: string | null = null;
  /** By which the targets are asked; `null` until they are chosen. */
  plan: RoutedPlan | null = null;
  cache: CacheStatus = 'bypass';
  metadata: Readonly<Record<string, unknown>> | null = null;
  /** What was asked and answered, where the key wants it in the log. */
  content: ContentRecord | null = null;
  /** Who sees the answer on its way to the client, to compare it with another. */
  watch: AnswerWatch | null = null;
  /** It is told of in a line of another's. */
  isToldElsewhere = false;
  /** Characters of the client's input, for an estimate where no usage comes. */
  inputCharacters = 0;
  /** What the request takes of its limits, and what it cost. */
  readonly bill = new Bill();
  /** This request consumes nothing: it counts, or reads again what was paid for. */
  isFree = false;
  /** The last invalidation that was known when the answer was asked for. */
  generation = 0;
  /** Further headers of the answer: its age, the name of its entry. */
  told: Readonly<Record<string, string>> = {};
  /** Hears of the ending, once; `error`: what the client was told in the place of an answer. */
  onSettled: ((outcome: Outcome, error: ErrorWire | null) => void) | null = null;
  /** What the client got; set when the answer's headers go. */
  status = 200;
  readonly #context: RequestContext;
  readonly #route: string;
  readonly #traceId: string | null;
  #attempts = 0;
  #shown: Shown | null = null;
  #delivered: DeliveredCall | null = null;
  #firstTokenMs: number | null = null;
  /** In nano-dollars; `null`: nobody knows, or not yet. */
  #cost: number | null = null;
  #outcome: Outcome | null = null;
  #isHandedOver = false;

  constructor(context: RequestContext, route: string, traceId: string | null) {
    this.#context = context;
    this.#route = route;
    this.#traceId = traceId;
  }

  /** Who answered, or was asked last. */
  get target(): Pick<Shown, 'provider' | 'model'> | null {
    return this.#shown;
  }

  /** Fields of the client that did not reach the target. */
  get droppedParams(): readonly string[] {
    return this.#shown?.droppedParams ?? [];
  }

  /** Upstream calls so far. */
  get attempts(): number {
    return this.#attempts;
  }

  /** How the request ended; `null` while it has not. */
  get outcome(): Outcome | null {
    return this.#outcome;
  }

  get firstTokenMs(): number | null {
    return this.#firstTokenMs;
  }

  /** The answer comes from a store, or from another request. */
  servedBy(
    { provider, model }: Pick<Shown, 'provider' | 'model'>,
    droppedParams: readonly string[] = [],
  ): void {
    this.#shown = { provider, model, droppedParams, upstreamRequestId: null };
  }

  /** Another object runs this request, and settles it: nothing is written or counted here. */
  handOver(): void {
    this.#isHandedOver = true;
    this.content = null;
  }

  /** It does not, after all. */
  takeBack(): void {
    this.#isHandedOver = false;
  }

  /** An upstream call is about to be made; what is reserved of its credential's own limits comes along. */
  startAttempt(call: Shown & { readonly target: Target }, credentialGrant: Grant | null): AttemptBill {
    this.#attempts += 1;
    this.#shown = call;
    return this.bill.startAttempt(call.target, credentialGrant);
  }

  /** The answer of one of the calls that were started goes down. */
  deliver(call: DeliveredCall, bill: AttemptBill): void {
    this.#shown = call;
    this.#delivered = call;
    this.bill.deliver(bill);
  }

  /** What the call that was to be delivered brought cannot be. */
  failAttempt(reason: Error): void {
    this.#delivered?.fail(reason);
    this.#delivered = null;
  }

  /** The first content has come; later calls change nothing. */
  markFirstToken(): void {
    this.#firstTokenMs ??= this.#elapsedMs();
  }

  /** The answer came to an end. What no provider told is estimated, as `usage/charges.ts` says. */
  finish(ending: Ending, usage: Usage | null, outputCharacters = 0, errorCode: string | null = null): void {
    if (this.#outcome !== null) return;
    this.#outcome = { ending, usage, errorCode };
    const hasContent = ending === 'complete' || this.#firstTokenMs !== null;
    this.#write(ending, { told: usage, outputCharacters, hasContent }, errorCode);
    this.onSettled?.(this.#outcome, null);
  }

  /** The request failed before any output. `status` is what the client got, where that is not the error's own (200, once comments had gone). */
  fail(error: AnyGatewayError | ClientLeft, status?: number): void {
    if (error instanceof ClientLeft) {
      this.status = status ?? CLIENT_LEFT_STATUS;
      this.finish('client_abort', null);
      return;
    }
    if (this.#outcome !== null) return;
    const wire = toErrorWire(error);
    const errorCode = error.code === 'relayed_failure' ? wire.error.code : error.code;
    this.#outcome = { ending: toEnding(error), usage: null, errorCode };
    this.status = status ?? wire.status;
    this.#write(this.#outcome.ending, { told: null, outputCharacters: 0, hasContent: false }, errorCode);
    this.onSettled?.(this.#outcome, wire);
  }

  /** `x-edgeway-*` headers, as far as they are known now. */
  headers(): Record<string, string> {
    const limits = rateLimitHeaders(this.bill.room);
    const shown = this.#shown;
    if (shown === null || this.#isHandedOver) return limits;
    return {
      ...limits,
      ...this.told,
      'x-edgeway-attempts': String(this.#attempts),
      'x-edgeway-provider': shown.provider,
      'x-edgeway-model': toHeaderText(shown.model),
      'x-edgeway-cache': this.cache,
      ...(shown.droppedParams.length === 0
        ? {}
        : { 'x-edgeway-dropped-params': toHeaderText(shortList(shown.droppedParams)) }),
    };
  }

  /** `x-edgeway-cost-usd`, once the request is settled. */
  costHeader(): Record<string, string> {
    return { 'x-edgeway-cost-usd': this.#cost === null ? 'unknown' : formatUsd(this.#cost) };
  }

  #write(ending: Ending, answered: Answered, errorCode: string | null): void {
    if (this.#isHandedOver) return;
    const { told, outputCharacters, hasContent } = answered;
    const phase = hasContent ? 'content' : 'called';
    this.#delivered?.settled(ending);
    const { usage, costNanoUsd } = this.bill.close({ ending, phase, told, outputCharacters });
    this.#cost = costNanoUsd;
    const record: RequestRecord = {
      requestId: this.#context.requestId,
      traceId: this.#traceId,
      keyName: this.principal?.keyName ?? null,
      project: this.principal?.project ?? null,
      endUser: this.principal?.endUser ?? null,
      token: this.principal?.token ?? null,
      route: this.#route,
      alias: this.alias,
      provider: this.#shown?.provider ?? null,
      model: this.#shown?.model ?? null,
      attempts: this.#attempts,
      status: this.status,
      ending,
      errorCode,
      cache: this.cache,
      usage: this.isFree ? null : usage,
      costNanoUsd,
      isUnchecked: this.bill.isUnchecked,
      latencyMs: this.#elapsedMs(),
      firstTokenMs: this.#firstTokenMs,
      metadata: this.metadata,
      upstreamRequestId: this.#shown?.upstreamRequestId ?? null,
      region: this.plan?.health.region ?? null,
      arm: this.#arm(),
      routing: this.plan === null || this.plan.alias === null ? null : this.plan.considered,
    };
    if (!this.isToldElsewhere) this.#context.log(toLogLine(record));
    this.content?.settle();
  }

  /** An answer from the cache may be of a target that is not considered any more. */
  #arm(): string | null {
    const target = this.#shown;
    if (target === null || this.plan === null || this.plan.alias === null) return null;
    const { considered } = this.plan;
    const found = considered.find((one) => one.provider === target.provider && one.model === target.model);
    return found?.arm ?? null;
  }

  #elapsedMs(): number {
    return this.#context.now() - this.#context.arrivedAt;
  }
}

/** What the log tells of a plan. */
export type RoutedPlan = Pick<Plan, 'alias' | 'considered'> & {
  readonly health: Pick<Plan['health'], 'region'>;
};

/** What the client and the log see of who was asked. */
export interface Shown {
  /** Its id. */
  readonly provider: string;
  /** The upstream's model id. */
  readonly model: string;
  /** Fields of the client that did not reach the target. */
  readonly droppedParams: readonly string[];
  /** The provider's own id of the call. */
  readonly upstreamRequestId: string | null;
}

export interface DeliveredCall extends Shown {
  /** Its answer cannot be delivered after all, or broke while it was. */
  fail(reason: Error): void;
  /** The request ended. */
  settled(ending: Ending): void;
}

export interface Outcome {
  readonly ending: Ending;
  /** As the provider told it. */
  readonly usage: Usage | null;
  readonly errorCode: string | null;
}

/** What is known of an answer when it ends. */
interface Answered {
  /** Usage, as the provider told it. */
  readonly told: Usage | null;
  readonly outputCharacters: number;
  readonly hasContent: boolean;
}

/** How a failure before the answer is classified. */
export function toEnding(error: AnyGatewayError): Ending {
  switch (error.code) {
    case 'provider_timeout':
      return 'timeout';
    case 'provider_error':
    case 'provider_rejected_request':
    case 'provider_unreachable':
    case 'provider_credential_rejected':
      return 'upstream_error';
    case 'relayed_failure':
      return relayedEnding(error);
    default:
      return 'rejected';
  }
}

/** What those hear of who waited for the same: the provider's failure, or a refusal of the request itself. */
function relayedEnding({ wire, wasAsked }: RelayedFailure): Ending {
  if (!wasAsked && wire.status < 500) return 'rejected';
  return wire.status === 504 ? 'timeout' : 'upstream_error';
}

/** Header values are bytes: a model name in another script travels percent-encoded. */
const toHeaderText = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : encodeURI(text.toWellFormed());

/** Clients refuse answers whose headers are too long, and the names may hold keys of the client's own making. */
const MAX_LIST_LENGTH = 1500;

function shortList(names: readonly string[]): string {
  let list = '';
  for (const [index, name] of names.entries()) {
    const next = index === 0 ? name : `${list}, ${name}`;
    if (next.length > MAX_LIST_LENGTH) {
      const rest = `and ${names.length - index} more`;
      return list === '' ? rest : `${list}, ${rest}`;
    }
    list = next;
  }
  return list;
}
