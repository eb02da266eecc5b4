/** JWTs of issuers that projects trust, as credentials: the entry in the configuration bounds what they may do. */
import { audiencesOf, type ProjectIssuer, projectIssuerSchema } from '../config/identity-issuers.ts';
import type { RequestContext } from '../context.ts';
import { GatewayUnavailable } from '../errors.ts';
import { IsolateCache } from '../isolate-cache.ts';
import { claimAt, readClaim, readClaimList } from './claims.ts';
import { readIssuer, verifyIdentityToken } from './identity-token.ts';
import type { JsonWebKeys } from './json-web-keys.ts';
import { tokenUserLedgerId } from './ledger-ids.ts';
import { type Principal, toIpRanges } from './principal.ts';

/** Issuers by project, as the document or the Registry has them. */
export type IssuersByProject = Readonly<Record<string, readonly unknown[]>>;

export interface ProjectTokenSources {
  readonly fromDocument: IssuersByProject;
  /** As they are known now. */
  readonly fromRegistry: () => IssuersByProject;
  readonly jsonWebKeys: JsonWebKeys;
  readonly now: () => number;
}

interface PlacedIssuer {
  readonly project: string;
  readonly entry: ProjectIssuer;
}

interface KnownToken {
  readonly principal: Principal;
  /** The list of issuers that it was checked against: another list, and it is checked again. */
  readonly issuers: readonly PlacedIssuer[];
}

const MAX_END_USER_LENGTH = 256;

export class ProjectTokens {
  readonly #sources: ProjectTokenSources;
  /** Raw token → who it is, for a minute. */
  readonly #known: IsolateCache<KnownToken>;
  #placed: { readonly source: IssuersByProject; readonly issuers: readonly PlacedIssuer[] } | null = null;

  constructor(sources: ProjectTokenSources) {
    this.#sources = sources;
    this.#known = new IsolateCache({ maxEntries: 10_000, ttlMs: 60_000, now: sources.now });
  }

  get hasIssuers(): boolean {
    return this.#issuers().length > 0;
  }

  /** `undefined` if no project trusts it. Throws `GatewayUnavailable` if the keys to tell by cannot be had. */
  async find(token: string, context: RequestContext): Promise<Principal | undefined> {
    const issuers = this.#issuers();
    if (issuers.length === 0) return undefined;
    const known = this.#known.get(token);
    if (known !== undefined && known.issuers === issuers) return known.principal;
    const issuer = readIssuer(token);
    const trusting = issuer === null ? [] : issuers.filter(({ entry }) => entry.issuer === issuer);
    let isUnavailable = false;
    for (const placed of trusting) {
      const principal = await this.#verify(token, placed, context);
      if (principal === 'unavailable')
        isUnavailable = true; // another project may have its keys from elsewhere
      else if (principal !== undefined) {
        this.#known.set(token, { principal, issuers });
        return principal;
      }
    }
    if (isUnavailable)
      throw new GatewayUnavailable('The keys of the token’s issuer cannot be read right now.');
    return undefined;
  }

  async #verify(
    token: string,
    { project, entry }: PlacedIssuer,
    context: RequestContext,
  ): Promise<Principal | 'unavailable' | undefined> {
    const source = {
      issuer: entry.issuer,
      jwksUrl: entry.jwks_url ?? null,
      allowInsecure: entry.allow_insecure,
    };
    const settings = {
      issuer: entry.issuer,
      audience: audiencesOf(entry),
      clockSkewSeconds: entry.clock_skew_seconds,
    };
    const keys = this.#sources.jsonWebKeys.readerFor(source, context);
    const verdict = await verifyIdentityToken(token, settings, keys, this.#sources.now());
    if (verdict.ok)
      return hasClaims(verdict.claims, entry) ? toPrincipal(verdict.claims, project, entry) : undefined;
    if (verdict.reason === 'unavailable') return 'unavailable';
    context.log({ type: 'token_refused', request_id: context.requestId, project, reason: verdict.reason });
    return undefined;
  }

  #issuers(): readonly PlacedIssuer[] {
    const source = this.#sources.fromRegistry();
    if (this.#placed?.source === source) return this.#placed.issuers;
    const issuers = [...place(this.#sources.fromDocument), ...place(source)];
    this.#placed = { source, issuers };
    return issuers;
  }
}

/** Entries were checked when they were written; a copy that was changed since counts for nothing. */
function place(byProject: IssuersByProject): PlacedIssuer[] {
  const entries = Object.entries(byProject).flatMap(([project, list]) =>
    list.map((entry) => ({ project, entry })),
  );
  if (entries.length === 0) return [];
  const schema = projectIssuerSchema();
  return entries.flatMap(({ project, entry }) => {
    const parsed = schema.safeParse(entry);
    return parsed.success ? [{ project, entry: parsed.data }] : [];
  });
}

function hasClaims(claims: Readonly<Record<string, unknown>>, { required_claims }: ProjectIssuer): boolean {
  return Object.entries(required_claims ?? {}).every(([path, wanted]) => {
    const value = claimAt(claims, path);
    const accepted: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    return accepted.some((one) => one === value || (Array.isArray(value) && value.includes(one)));
  });
}

/** The entry's rights, and within them those that the token claims for itself. */
function toPrincipal(
  claims: Readonly<Record<string, unknown>>,
  project: string,
  entry: ProjectIssuer,
): Principal {
  const endUser = readClaim(claims, entry.end_user_claim)?.slice(0, MAX_END_USER_LENGTH) ?? null;
  const bound: Principal = {
    keyName: entry.issuer,
    keyId: null,
    token: null,
    project,
    organization: null,
    endUser,
    models: entry.models ?? null,
    deniedModels: entry.denied_models ?? [],
    routes: entry.routes ?? null,
    ipRanges: toIpRanges(entry.ip_ranges ?? null),
    expiresAt: typeof claims.exp === 'number' ? claims.exp * 1000 + entry.clock_skew_seconds * 1000 : 0,
    limits: {},
    waitingRoom: null,
    ledgerId: tokenUserLedgerId(project, entry.issuer, readClaim(claims, 'sub') ?? ''),
    isMetered: true,
    logsContent: false,
    within: null,
  };
  if (entry.models_claim === undefined) return bound;
  return { ...bound, models: readClaimList(claims, entry.models_claim) ?? [], within: bound };
}
