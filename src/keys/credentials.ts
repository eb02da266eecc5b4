/**
 * Whose credential is this? A key of the document, a minted key, a token that a key minted, or a JWT of an issuer that
 * a project trusts. Who may do what with it is asked of the principal.
 */
import type { RequestContext } from '../context.ts';
import type { DocumentKeys } from './document-keys.ts';
import type { TenantsCopy } from './edge-copies.ts';
import type { KeyRing } from './key-ring.ts';
import { NARROW_TOKEN_PREFIX } from './narrow-token.ts';
import type { NarrowTokens } from './narrow-tokens.ts';
import type { Principal } from './principal.ts';
import type { ProjectTokens } from './project-tokens.ts';

const MIN_TOKEN_LENGTH = 16;
/** Longer tokens are nobody's, unless they carry claims. */
const MAX_KEY_LENGTH = 512;

export interface CredentialSources {
  readonly documentKeys: DocumentKeys;
  readonly keyRing: KeyRing;
  readonly narrowTokens: NarrowTokens;
  readonly projectTokens: ProjectTokens;
  /** As it is known now. */
  readonly tenants: () => Pick<TenantsCopy, 'closedProjects' | 'closedOrganizations'>;
}

export class Credentials {
  readonly #sources: CredentialSources;

  constructor(sources: CredentialSources) {
    this.#sources = sources;
  }

  /**
   * `undefined` for what is nobody's, and for whose project or organisation is closed. Throws `GatewayUnavailable` where
   * nobody who could tell can be reached.
   */
  async find(token: string, context: RequestContext): Promise<Principal | undefined> {
    const principal = this.#recall(token) ?? (await this.#ask(token, context));
    return principal === undefined || this.#isClosed(principal) ? undefined : principal;
  }

  /** The steady state: nothing is hashed, read or awaited. */
  #recall(token: string): Principal | undefined {
    const known = this.#sources.documentKeys.recall(token) ?? this.#sources.keyRing.recall(token);
    return known === 'refused' ? undefined : known; // the document may have come to list it since
  }

  async #ask(token: string, context: RequestContext): Promise<Principal | undefined> {
    const { documentKeys, keyRing, narrowTokens, projectTokens } = this.#sources;
    if (token.length < MIN_TOKEN_LENGTH) return undefined;
    if (token.startsWith(NARROW_TOKEN_PREFIX)) {
      const found = await narrowTokens.find(token);
      if (found !== undefined) return found; // a key of the document may begin like a token
    }
    if (token.length <= MAX_KEY_LENGTH) {
      const found = (await documentKeys.find(token)) ?? (await keyRing.find(token));
      if (found !== undefined) return found;
    }
    return projectTokens.find(token, context);
  }

  #isClosed({ project, organization }: Principal): boolean {
    const { closedProjects, closedOrganizations } = this.#sources.tenants();
    return (
      closedProjects.includes(project) ||
      (organization !== null && closedOrganizations.includes(organization))
    );
  }
}
