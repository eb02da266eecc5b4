/**
 * The public keys of an issuer (RFC 7517) as text: from the address in the configuration, or from the one that its
 * discovery document names (OpenID Connect Discovery 1.0 §4). Every address is checked before it is called.
 */
import { isRecord } from '../is-record.ts';
import type { RemoteTexts, TextAccess } from './remote-texts.ts';

export interface KeySource {
  readonly issuer: string;
  /** `null`: found by discovery. */
  readonly jwksUrl: string | null;
  /** Allows `http:` and private hosts. */
  readonly allowInsecure: boolean;
}

/** The keys of one issuer for one request. Both are `null` if there are none to be had now. */
export interface KeySetReader {
  /** Text of a JSON Web Key Set. */
  current(): Promise<string | null>;
  /** For a token whose key the current text does not hold: asked for anew, at most every half minute. */
  refetched(): Promise<string | null>;
}

/** Why a URL may not be called; `undefined` if it may. */
export type RefuseUrl = (url: string, allowInsecure: boolean) => string | undefined;

export class JsonWebKeys {
  readonly #texts: RemoteTexts;
  readonly #refuseUrl: RefuseUrl;

  constructor(texts: RemoteTexts, refuseUrl: RefuseUrl) {
    this.#texts = texts;
    this.#refuseUrl = refuseUrl;
  }

  readerFor(source: KeySource, access: TextAccess): KeySetReader {
    return {
      current: async () => {
        const url = await this.#locate(source, access);
        return url === null ? null : this.#texts.current(url, isKeySet, access);
      },
      refetched: async () => {
        const url = await this.#locate(source, access);
        return url === null ? null : this.#texts.refetched(url, isKeySet, access);
      },
    };
  }

  async #locate(source: KeySource, access: TextAccess): Promise<string | null> {
    const url = source.jwksUrl ?? (await this.#discover(source, access));
    return url !== null && this.#mayCall(url, source, access) ? url : null;
  }

  async #discover(source: KeySource, access: TextAccess): Promise<string | null> {
    const url = `${source.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    if (!this.#mayCall(url, source, access)) return null;
    const isSound = (text: string): boolean => readJwksUri(text, source.issuer) !== null;
    const text = await this.#texts.current(url, isSound, access);
    return text === null ? null : readJwksUri(text, source.issuer);
  }

  #mayCall(url: string, { allowInsecure }: KeySource, { log }: TextAccess): boolean {
    const problem = this.#refuseUrl(withoutQuery(url), allowInsecure);
    if (problem !== undefined) log({ type: 'identity_document_unavailable', url, problem });
    return problem === undefined;
  }
}

/** Some issuers tell their key sets apart by a query, which the rule for base URLs refuses and which reaches no host. */
function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return url;
  const bare = new URL(url);
  bare.search = '';
  return bare.href;
}

/** `null` unless it is the document of this very issuer: another's would let that one sign in its name (§4.3). */
function readJwksUri(text: string, issuer: string): string | null {
  const document = parseJson(text);
  if (!isRecord(document) || document.issuer !== issuer) return null;
  return typeof document.jwks_uri === 'string' ? document.jwks_uri : null;
}

function isKeySet(text: string): boolean {
  const set = parseJson(text);
  return isRecord(set) && Array.isArray(set.keys) && set.keys.every(isRecord);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
