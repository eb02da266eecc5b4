/** The same grant held by every kind of credential: what one of them may not do, none of them may. */
import { type ControlledGateway, makeKey, type TestKey } from '../gateway.ts';
import { openKeyDesk } from './desk.ts';
import { type Issuer, makePair, type SigningPair, signToken, startIssuer } from './issuer.ts';

export interface Grant {
  readonly models?: readonly string[];
  readonly denied_models?: readonly string[];
}

export const GRANTEE_KINDS = [
  'minted key',
  'document key',
  'narrow token of a wide key',
  'narrow token of a wide document key',
  'wide token of a narrow key',
  'wide token of a narrow document key',
  'JWT of an entry that narrows',
  'JWT whose claim narrows',
  'JWT whose claim is wide, of an entry that narrows',
] as const;
export type GranteeKind = (typeof GRANTEE_KINDS)[number];

/** Credentials that were asked for in the document, before the gateway starts, and the rest of them once it runs. */
export interface Grantees {
  readonly keys: readonly TestKey[];
  readonly projects: Readonly<Record<string, object>>;
  credentials(gateway: ControlledGateway): Promise<Readonly<Record<GranteeKind, string>>>;
}

export interface TrustedIssuer {
  readonly issuer: Issuer;
  readonly pair: SigningPair;
}

export async function startTrustedIssuer(): Promise<TrustedIssuer> {
  const pair = await makePair('ES256', 'key-1');
  return { pair, issuer: await startIssuer(pair) };
}

/** `name` tells the grants of one document apart. */
export function prepareGrantees(name: string, grant: Grant, { issuer, pair }: TrustedIssuer): Grantees {
  const narrow = makeKey(`${name}-narrow`, { ...grant });
  const wide = makeKey(`${name}-wide`);
  const entry = (audience: string, fields: object) => ({
    issuers: [
      {
        issuer: issuer.url,
        jwks_url: issuer.jwksUrl,
        allow_insecure: true,
        audience,
        models_claim: 'models',
        ...fields,
      },
    ],
  });
  const tokenOf = (audience: string, models: readonly string[] | undefined) =>
    signToken(pair, { claims: { iss: issuer.url, aud: audience, models } });
  const { models, denied_models = [] } = grant;
  return {
    keys: [narrow, wide],
    projects: {
      [`${name}-entry`]: entry(`${name}-entry`, { ...grant, models_claim: undefined }),
      [`${name}-claim`]: entry(`${name}-claim`, { denied_models }),
      [`${name}-both`]: entry(`${name}-both`, grant),
    },
    credentials: async (gateway) => {
      const desk = openKeyDesk(gateway);
      const [mintedNarrow, mintedWide] = [await desk.mint({ ...grant }), await desk.mint()];
      const token = async (parent: string, body: object) => (await desk.mintToken(parent, body)).token;
      return {
        'minted key': mintedNarrow.key,
        'document key': narrow.key,
        'narrow token of a wide key': await token(mintedWide.key, grant),
        'narrow token of a wide document key': await token(wide.key, grant),
        'wide token of a narrow key': await token(mintedNarrow.key, {}),
        'wide token of a narrow document key': await token(narrow.key, { models: ['*'] }),
        'JWT of an entry that narrows': await tokenOf(`${name}-entry`, undefined),
        'JWT whose claim narrows': await tokenOf(`${name}-claim`, models ?? ['*']),
        'JWT whose claim is wide, of an entry that narrows': await tokenOf(`${name}-both`, ['*']),
      };
    },
  };
}
