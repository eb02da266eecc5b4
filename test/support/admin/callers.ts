/** Everybody who may knock at the admin API, each with a credential of the real kind. */
import { makePair, type SigningPair, signToken, startIssuer } from '../keys/issuer.ts';

const AUDIENCE = 'edgeway-admin';

/** Two developers of the project `alpha`, and one of `beta`. */
const PEOPLE = {
  owner: 'owners',
  admin: 'admins',
  developer: 'alpha-team',
  colleague: 'alpha-team',
  stranger: 'beta-team',
  viewer: 'staff',
  nobody: 'elsewhere',
} as const;

export type Person = keyof typeof PEOPLE;

export interface People {
  /** The section `admin` that knows them. */
  readonly section: Readonly<Record<string, unknown>>;
  /** `Authorization` of a person. */
  authorizationOf(person: Person): string;
  /** Of the owner, an hour ago. */
  readonly expired: string;
  stop(): Promise<void>;
}

/** Names in the audit trail. */
export const addressOf = (person: Person): string => `${person}@example.com`;

export async function gatherPeople(): Promise<People> {
  const pair = await makePair('ES256', 'people');
  const issuer = await startIssuer(pair);
  const grants = [
    { group: PEOPLE.owner, role: 'owner' },
    { group: PEOPLE.admin, role: 'admin' },
    { group: PEOPLE.developer, role: 'developer', projects: ['alpha'] },
    { group: PEOPLE.stranger, role: 'developer', projects: ['beta'] },
    { group: PEOPLE.viewer, role: 'viewer' },
  ];
  const names = Object.keys(PEOPLE) as Person[];
  const tokens = new Map<Person, string>();
  for (const person of names) tokens.set(person, await credentialOf(person, pair, issuer.url, 3600));
  const expired = await credentialOf('owner', pair, issuer.url, -3600);
  return {
    section: { identity: [{ issuer: issuer.url, audience: AUDIENCE, allow_insecure: true, grants }] },
    authorizationOf: (person) => `Bearer ${tokens.get(person)}`,
    expired: `Bearer ${expired}`,
    stop: issuer.stop,
  };
}

const credentialOf = (person: Person, pair: SigningPair, iss: string, expiresIn: number): Promise<string> =>
  signToken(pair, {
    claims: { iss, aud: AUDIENCE, sub: person, email: addressOf(person), groups: [PEOPLE[person]] },
    expiresIn,
  });
