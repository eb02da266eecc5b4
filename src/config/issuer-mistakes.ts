/**
 * What the schema cannot tell of issuers: whether their keys may be fetched from where they are, and whether their
 * tokens belong to somebody else as well.
 */
import type { ConfigMistake } from '../errors.ts';
import { audiencesOf } from './identity-issuers.ts';
import { toPath } from './parse-document.ts';
import type { ConfigDocument } from './schema.ts';

/** Why the gateway may not call this URL; `undefined` if it may. */
export type RefuseUrl = (url: string, allowInsecure: boolean) => string | undefined;

/** An issuer's entry, as far as these checks read it, and where it stands. */
export interface PlacedIssuer {
  readonly entry: {
    readonly issuer: string;
    readonly audience: string | readonly string[];
    readonly jwks_url?: string | undefined;
    readonly allow_insecure: boolean;
  };
  readonly path: string;
  /** Entries of one owner may accept the same tokens. */
  readonly owner: string;
}

/** `refuseUrl` is the rule for every URL that the gateway calls (traps H1). */
export function issuerMistakes(
  document: Pick<ConfigDocument, 'admin' | 'projects'>,
  refuseUrl: RefuseUrl,
): ConfigMistake[] {
  const ofAdmin = (document.admin?.identity ?? []).map((entry, index): PlacedIssuer => {
    const path = toPath(['admin', 'identity', index]);
    return { entry, path, owner: path };
  });
  const ofProjects = Object.entries(document.projects ?? {}).flatMap(([owner, { issuers = [] }]) =>
    issuers.map(
      (entry, index): PlacedIssuer => ({ entry, path: toPath(['projects', owner, 'issuers', index]), owner }),
    ),
  );
  return [
    ...[...ofAdmin, ...ofProjects].flatMap((placed) => keysUrlMistakes(placed, refuseUrl)),
    ...sharedTokenMistakes(ofAdmin, 'their grants belong in one entry'),
    ...sharedTokenMistakes(ofProjects, 'a token must say whose it is'),
    ...sharedTokenMistakes(
      [...ofSide(ofAdmin, 'admin'), ...ofSide(ofProjects, 'projects')],
      'what opens the admin API opens no project',
    ),
  ];
}

/** All of the admin section, or all of the projects, as if they had one owner. */
const ofSide = (issuers: readonly PlacedIssuer[], owner: 'admin' | 'projects'): PlacedIssuer[] =>
  issuers.map((placed) => ({ ...placed, owner }));

/** An issuer is called only where no `jwks_url` says where its keys are; otherwise its name may be any text. */
export function keysUrlMistakes({ entry, path }: PlacedIssuer, refuseUrl: RefuseUrl): ConfigMistake[] {
  const { issuer, jwks_url, allow_insecure } = entry;
  if (jwks_url === undefined) {
    const refusal = refuseUrl(issuer, allow_insecure);
    return refusal === undefined
      ? []
      : [{ path: `${path}.issuer`, message: `${refusal}, and no \`jwks_url\` is set` }];
  }
  // Some issuers tell their key sets apart by a query, which the rule for base URLs refuses and which reaches no host.
  const refusal = refuseUrl(jwks_url.replace(/\?[^#]*/, ''), allow_insecure);
  return refusal === undefined ? [] : [{ path: `${path}.jwks_url`, message: refusal }];
}

/** Entries of different owners that accept the same tokens, which have one issuer and an audience in common. */
export function sharedTokenMistakes(issuers: readonly PlacedIssuer[], reason: string): ConfigMistake[] {
  const mistakes: ConfigMistake[] = [];
  const first = new Map<string, PlacedIssuer>();
  for (const placed of issuers) {
    const { issuer } = placed.entry;
    const tokens = audiencesOf(placed.entry).map((audience) => JSON.stringify([issuer, audience]));
    const other = tokens.map((one) => first.get(one)).find((one) => one && one.owner !== placed.owner);
    if (other !== undefined) {
      const message = `has the issuer and an audience of \`${other.path}\`: ${reason}`;
      mistakes.push({ path: placed.path, message });
    }
    for (const one of tokens) if (!first.has(one)) first.set(one, placed);
  }
  return mistakes;
}
