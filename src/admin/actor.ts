/** Who does something to the control plane, from where, and how far their hand reaches. */

/** From the strongest to the weakest. */
export const ROLES = ['owner', 'admin', 'developer', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

export interface Actor {
  /** `admin-token`, or who an identity provider says it is; `registry` for what the Registry does by itself. */
  readonly subject: string;
  /** `iss` of the identity provider that says so; `null` for the holder of `ADMIN_TOKEN`, and for the Registry. */
  readonly issuer: string | null;
  readonly role: Role;
  /** Names of the projects that may be seen and touched; `null` means all. */
  readonly projects: readonly string[] | null;
  /** Address of the client; `null` if the platform did not tell. */
  readonly ip: string | null;
  /** ISO 3166-1 alpha-2 code of the country. */
  readonly country: string | null;
  readonly requestId: string;
}

/**
 * What two identities are compared by: a name is somebody only together with its issuer, because another issuer may give
 * the same one to anybody. Unique, because no subject holds a line feed, and names without an issuer are ours.
 */
export const identityOf = ({ issuer, subject }: Pick<Actor, 'issuer' | 'subject'>): string =>
  issuer === null ? subject : `${issuer}\n${subject}`;

export const mayTouchProject = ({ projects }: Pick<Actor, 'projects'>, project: string): boolean =>
  projects === null || projects.includes(project);
