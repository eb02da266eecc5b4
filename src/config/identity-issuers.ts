/**
 * Who else may say who somebody is: issuers of JWTs, in `admin.identity` and in `projects.<name>.issuers`. What the
 * fields of one entry cannot tell is in `issuer-mistakes.ts`.
 */
import * as z from 'zod';
import { grantFields } from './schema-keys.ts';

/** What both kinds of entries say about an issuer and its tokens. */
export const issuerFields = () => ({
  issuer: z
    .string()
    .min(1)
    .max(2048)
    .describe('`iss` of its tokens, compared as text. A URL, unless `jwks_url` is set.'),
  audience: z
    .union([audience(), z.array(audience()).min(1)], { error: 'is neither a text nor a list of texts' })
    .describe('`aud` that a token must be for; of a list, one.'),
  jwks_url: z
    .url({ protocol: /^https?$/, error: 'is not an http(s) URL' })
    .describe('Where its public keys are, if not where its discovery document says.')
    .optional(),
  clock_skew_seconds: z
    .int()
    .min(0)
    .max(300)
    .describe('How far its clock may be off, when `exp` and `nbf` are checked.')
    .default(60),
  allow_insecure: z.boolean().describe('Allows `http:` and private hosts for its keys.').default(false),
});

const audience = () => z.string().min(1).max(2048);

/** Name of a claim, or dotted path into one (`realm_access.roles`); a claim that has the whole text as its name wins. */
export const claim = () => z.string().min(1).max(200);

/** An issuer whose tokens are credentials of a project, as a key is. */
export function projectIssuerSchema() {
  return z
    .strictObject({
      ...issuerFields(),
      end_user_claim: claim().describe('Claim that names the end user.').default('sub'),
      models_claim: claim()
        .describe(
          'Claim that lists models, `*` as wildcard, and narrows `models`. A token that lacks it may use none.',
        )
        .optional(),
      ...grantFields(),
      required_claims: z
        .record(claim(), z.union([claimValue(), z.array(claimValue()).min(1)]))
        .refine((claims) => Object.keys(claims).length > 0, 'names no claim')
        .describe('Claims that a token must have: with this value, or with one of these.')
        .optional(),
    })
    .describe('An issuer whose tokens are accepted as credentials of this project.');
}

const claimValue = () => z.union([z.string(), z.number(), z.boolean()]);

export type ProjectIssuer = z.output<ReturnType<typeof projectIssuerSchema>>;

/** The audiences of an entry, as a list. */
export const audiencesOf = ({
  audience,
}: {
  readonly audience: string | readonly string[];
}): readonly string[] => (typeof audience === 'string' ? [audience] : audience);
