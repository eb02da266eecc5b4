/** From the claims of a verified token to a person's name and rights, as an entry of `admin.identity` says. */
import type { AdminIdentity } from '../../config/admin-section.ts';
import { matchesGlob } from '../../glob.ts';
import { readClaim, readClaimList } from '../../keys/claims.ts';
import { type Actor, ROLES } from '../actor.ts';

type Claims = Readonly<Record<string, unknown>>;

const MAX_SUBJECT_CHARACTERS = 200;
/** Names of ours in the audit trail, which nobody else may have there. */
const RESERVED_SUBJECTS = ['admin-token', 'registry'];

/** `null` if the token names nobody, or by a name that the audit trail cannot show as it is. */
export function readSubject(claims: Claims, { subject_claim: path }: AdminIdentity): string | null {
  const proven = withoutUnproven(claims);
  const subject =
    path === undefined ? (readClaim(proven, 'email') ?? readClaim(proven, 'sub')) : readClaim(proven, path);
  if (subject === null || subject.length > MAX_SUBJECT_CHARACTERS || /\p{C}/u.test(subject)) return null;
  return RESERVED_SUBJECTS.includes(subject) ? null : subject;
}

/** The strongest role of all grants that match one of the person's groups; `null` if none does. */
export function readRights(
  claims: Claims,
  { groups_claim: path, grants }: AdminIdentity,
): Pick<Actor, 'role' | 'projects'> | null {
  const groups = readClaimList(withoutUnproven(claims), path) ?? [];
  const own = grants.filter(({ group }) => groups.some((name) => matchesGlob(group, name)));
  const role = ROLES.find((one) => own.some((grant) => grant.role === one));
  if (role === undefined) return null;
  if (role !== 'developer') return { role, projects: null };
  return { role, projects: [...new Set(own.flatMap(({ projects = [] }) => projects))] };
}

/** Whoever may type any address into a profile must not get that address's name or rights. Some write booleans as text. */
function withoutUnproven(claims: Claims): Claims {
  if (claims.email_verified !== false && claims.email_verified !== 'false') return claims;
  const { email: _, ...proven } = claims;
  return proven;
}
