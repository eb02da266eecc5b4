/**
 * Who calls the admin API: the holder of `ADMIN_TOKEN`, or somebody whom an issuer of `admin.identity` vouches for,
 * with an OpenID Connect token of their own or one that Cloudflare Access adds.
 */
import type { AdminIdentity } from '../../config/admin-section.ts';
import type { RequestContext } from '../../context.ts';
import { GatewayUnavailable, InvalidAdminCredential, PermissionDenied } from '../../errors.ts';
import type { IdentityRefusal } from '../../keys/identity-refusal.ts';
import { readIssuer, verifyIdentityToken } from '../../keys/identity-token.ts';
import type { JsonWebKeys, KeySource } from '../../keys/json-web-keys.ts';
import type { Actor } from '../actor.ts';
import { isAdminToken } from './admin-token.ts';
import { type AdminCredential, isCrossSiteWrite, readCredential } from './read-credential.ts';
import { readRights, readSubject } from './rights.ts';

export interface AdminIdentitySources {
  /** The secret `ADMIN_TOKEN`; unset or empty means that no token opens. */
  readonly adminToken: string | undefined;
  /**
   * `admin.identity` of the active document. Only asked for tokens of issuers, so that a document that is broken or out
   * of reach does not lock the owner out; what it rejects with is the answer.
   */
  readonly issuers: () => Promise<readonly AdminIdentity[]>;
  readonly keySets: Pick<JsonWebKeys, 'readerFor'>;
}

/**
 * Rejects with `InvalidAdminCredential`; with `PermissionDenied` for somebody who has no role, or whose browser sends it
 * for a page of another site; with `GatewayUnavailable` where the issuer's keys cannot be had.
 */
export async function identifyAdmin(
  request: Request,
  sources: AdminIdentitySources,
  context: RequestContext,
): Promise<Actor> {
  const credential = readCredential(request);
  if (credential === null) throw new InvalidAdminCredential();
  const place = placeOf(request, context);
  if (credential.from === 'authorization' && (await isAdminToken(credential.token, sources.adminToken)))
    return { subject: 'admin-token', issuer: null, role: 'owner', projects: null, ...place };
  const { entry, claims } = await verify(credential, sources, context);
  const subject = readSubject(claims, entry);
  if (subject === null) throw refuse('subject', entry.issuer, context);
  if (credential.from === 'access' && isCrossSiteWrite(request))
    throw new PermissionDenied('A page of another site may change nothing here.');
  const rights = readRights(claims, entry);
  if (rights === null) throw new PermissionDenied('No group of this identity has a role here.');
  return { subject, issuer: entry.issuer, ...rights, ...place };
}

const placeOf = (
  request: Request,
  { requestId }: RequestContext,
): Pick<Actor, 'ip' | 'country' | 'requestId'> => ({
  ip: request.headers.get('cf-connecting-ip'),
  country: typeof request.cf?.country === 'string' ? request.cf.country : null,
  requestId,
});

interface Verified {
  readonly entry: AdminIdentity;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** By the first entry whose issuer and audience fit: one issuer may stand in several, with an audience each. */
async function verify(
  { from, token }: AdminCredential,
  { issuers, keySets }: AdminIdentitySources,
  context: RequestContext,
): Promise<Verified> {
  const issuer = readIssuer(token);
  if (issuer === null) throw new InvalidAdminCredential();
  const entries = (await issuers()).filter(
    (one) => one.issuer === issuer && (from === 'authorization' || one.kind === 'cloudflare-access'),
  );
  const reasons: IdentityRefusal[] = [];
  for (const entry of entries) {
    const keys = keySets.readerFor(toKeySource(entry), context);
    const settings = { issuer, audience: entry.audience, clockSkewSeconds: entry.clock_skew_seconds };
    const verdict = await verifyIdentityToken(token, settings, keys, context.now());
    if (verdict.ok) return { entry, claims: verdict.claims };
    reasons.push(verdict.reason);
  }
  if (reasons.includes('unavailable'))
    throw new GatewayUnavailable('The keys of the identity provider cannot be had right now.');
  // That of another audience says least.
  const reason = reasons.find((one) => one !== 'audience') ?? reasons[0];
  if (reason === undefined) throw new InvalidAdminCredential();
  throw refuse(reason, issuer, context);
}

const toKeySource = ({ issuer, jwks_url, kind, allow_insecure }: AdminIdentity): KeySource => ({
  issuer,
  jwksUrl:
    jwks_url ?? (kind === 'cloudflare-access' ? `${issuer.replace(/\/$/, '')}/cdn-cgi/access/certs` : null),
  allowInsecure: allow_insecure,
});

/** The caller is told nothing; whoever sets the issuer up finds in the log what was wrong. `issuer` is a configured one. */
function refuse(
  reason: IdentityRefusal | 'subject',
  issuer: string,
  { log, requestId }: RequestContext,
): InvalidAdminCredential {
  log({ type: 'admin_identity_refused', request_id: requestId, issuer, reason });
  return new InvalidAdminCredential();
}
