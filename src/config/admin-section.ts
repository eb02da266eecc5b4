/** The section `admin`: who may use the admin API besides the holder of `ADMIN_TOKEN`, and how long it remembers. */
import * as z from 'zod';
import { claim, issuerFields } from './identity-issuers.ts';

export function adminSchema() {
  return z
    .strictObject({
      identity: z
        .array(adminIdentitySchema())
        .describe('Issuers whose tokens are accepted by the admin API.')
        .default([]),
      audit_retention_days: z
        .int()
        .min(1)
        .max(3650)
        .describe('How long entries of the audit trail are kept; absent: for ever.')
        .optional(),
    })
    .describe('The control plane.');
}

function adminIdentitySchema() {
  return z
    .strictObject({
      ...issuerFields(),
      kind: z
        .enum(['oidc', 'cloudflare-access'])
        .describe('`cloudflare-access`: the keys are at `<issuer>/cdn-cgi/access/certs`.')
        .default('oidc'),
      groups_claim: claim()
        .describe('Claim that lists the groups of a person; a text is read as words parted by spaces.')
        .default('groups'),
      subject_claim: claim()
        .describe(
          'Claim that names a person in the audit trail. Default: `email`, unless it is said to be unverified, else `sub`.',
        )
        .optional(),
      grants: z.array(grantSchema()).min(1).describe('Roles by group; of several, the highest counts.'),
    })
    .describe('An issuer whose tokens are accepted by the admin API.');
}

function grantSchema() {
  const group = z.string().min(1).describe('Group, `*` as wildcard.');
  return z
    .discriminatedUnion(
      'role',
      [
        z.strictObject({
          group,
          role: z.literal('developer').describe('What members of the group may do.'),
          projects: z
            .array(z.string().min(1), { error: 'is needed for the role `developer`' })
            .min(1)
            .describe('Names of the projects that they work on.'),
        }),
        z.strictObject({
          group,
          role: z.enum(['owner', 'admin', 'viewer']).describe('What members of the group may do.'),
          projects: z.never({ error: 'is for the role `developer` only' }).optional(),
        }),
      ],
      { error: 'is not owner, admin, developer or viewer' },
    )
    .describe('A role for the members of a group.');
}

export type AdminIdentity = z.output<ReturnType<typeof adminIdentitySchema>>;
