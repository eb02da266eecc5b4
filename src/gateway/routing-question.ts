/** What routing may look at, from a request on its way; each thing is worked out when it is first asked for. */
import type { ClientRequest } from '../dialects/client-request.ts';
import type { Principal } from '../keys/principal.ts';
import type { RegionHealth } from '../routing/health/region-health.ts';
import type { Place } from '../routing/place.ts';
import { EMPTY_SHAPE, type RequestShape } from '../routing/request-shape.ts';
import type { RoutingQuestion } from '../routing/routing-question.ts';
import { CHARACTERS_PER_TOKEN, type RequestEstimate } from '../usage/usage.ts';
import { blockOf } from './credential-block.ts';
import type { Exchange } from './exchange.ts';
import { expectAt } from './limits/reckon.ts';
import { keyOf } from './limits/reserve.ts';
import { shapeOf } from './request-shape.ts';

export class AskedQuestion implements RoutingQuestion {
  readonly now: number;
  readonly random: () => number;
  readonly keyId: string;
  readonly health: RegionHealth;
  readonly #exchange: Exchange;
  readonly #principal: Principal;
  /** `null`: its body is not known yet. */
  readonly #request: ClientRequest | null;
  #shape: RequestShape | null = null;
  #estimate: RequestEstimate | null = null;

  constructor(exchange: Exchange, principal: Principal, request: ClientRequest | null, health: RegionHealth) {
    const { context } = exchange;
    this.now = context.now();
    this.random = context.random;
    this.keyId = keyOf(principal);
    this.health = health;
    this.#exchange = exchange;
    this.#principal = principal;
    this.#request = request;
  }

  get place(): Place {
    return this.#exchange.place;
  }

  get endUser(): string | null {
    return this.#principal.endUser ?? this.#request?.endUser ?? null;
  }

  get project(): string {
    return this.#principal.project;
  }

  get metadata(): Readonly<Record<string, unknown>> {
    return this.#exchange.settlement.metadata ?? {};
  }

  get wantsStream(): boolean {
    return this.#request?.wantsStream ?? false;
  }

  header(name: string): string | null {
    const { document } = this.#exchange.services.snapshot;
    return document.routing.headers.includes(name) ? this.#exchange.headers.get(name) : null;
  }

  shape(): RequestShape {
    const request = this.#request;
    if (request === null) return EMPTY_SHAPE;
    this.#shape ??= shapeOf(this.#exchange.route, request);
    return this.#shape;
  }

  costAt(provider: string, model: string): number | null {
    const { services } = this.#exchange;
    const asked = services.snapshot.providers.get(provider);
    if (asked === undefined || this.#request === null) return null;
    this.#estimate ??= this.#request.estimate();
    const price = services.prices.priceOf(asked, model, this.now);
    const { reservation } = expectAt(`${provider}/${model}`, this.#estimate, this.keyId, price, services);
    return reservation.isUnpriced ? null : reservation.nanoUsd;
  }

  /** For `orderCredentials`. */
  conversation(): string {
    return `${this.keyId} ${this.shape().conversation}`;
  }

  /** For `orderCredentials`: by the length of its text, so that no body is read anew for it. */
  expectedTokens(): number | null {
    const characters = this.#request?.inputCharacters ?? null;
    return characters === null ? null : Math.ceil(characters / CHARACTERS_PER_TOKEN);
  }

  blockedAt(provider: string, model: string): { readonly reason: string; readonly until: number } | null {
    const { services } = this.#exchange;
    return blockOf(services.snapshot.providers.get(provider), model, services.credentialBook, this.now);
  }
}
