/**
 * Public documents of identity providers, kept as text, because text is what requests may share: first in the isolate,
 * then in a store (KV), then from the network. A document is taken only if it is sound, wherever it comes from.
 *
 * A document that its owner has changed is seen after the isolate's and the store's times together, or as soon as a
 * caller finds it wanting and asks for it anew (`refetched`).
 */
import type { RequestContext } from '../context.ts';
import type { IsolateCache } from '../isolate-cache.ts';
import { sha256Hex } from '../sha256.ts';
import { withTimeout } from '../with-timeout.ts';
import { fetchText } from './fetch-text.ts';

/** The slice of a KV namespace that is used. */
export interface TextStore {
  get(name: string): Promise<string | null>;
  put(name: string, text: string, options: { expirationTtl: number }): Promise<void>;
}

/** The last time that an isolate asked the network for a document. */
export interface Attempt {
  /** When it began; milliseconds since the Unix epoch. */
  readonly at: number;
  readonly ending: 'running' | 'answered' | 'failed';
}

/** What a request lends for one call. A `RequestContext` is one. */
export type TextAccess = Pick<RequestContext, 'fetch' | 'waitUntil' | 'log'>;

export interface RemoteTextsOptions {
  /** `null`: nothing is kept beyond the isolate. */
  readonly store: TextStore | null;
  /** By URL. Its time to live is how long an isolate does not look again: ten minutes. */
  readonly texts: IsolateCache<string>;
  /** By URL. Has to keep its entries for half a minute or longer. */
  readonly attempts: IsolateCache<Attempt>;
  readonly now: () => number;
}

/** How long the store keeps a document. */
const STORED_SECONDS = 3600;
/** The shortest time between two fetches of a document that somebody found wanting: anybody can invent a key id. */
const REFETCH_EVERY_MS = 30_000;
const STORE_TIMEOUT_MS = 1000;
/** How long nobody is asked again after a failure. */
const FAILURE_KEPT_MS = 5000;

/** How often, and how many times, a request looks whether another one has its answer: longer than that one may take. */
const LOOK_AGAIN_MS = 50;
const MAX_LOOKS = 120;

type IsSound = (text: string) => boolean;

export class RemoteTexts {
  readonly #store: TextStore | null;
  readonly #texts: IsolateCache<string>;
  readonly #attempts: IsolateCache<Attempt>;
  readonly #now: () => number;

  constructor({ store, texts, attempts, now }: RemoteTextsOptions) {
    this.#store = store;
    this.#texts = texts;
    this.#attempts = attempts;
    this.#now = now;
  }

  /** `null` if it cannot be had now. `url` was checked by the caller. */
  async current(url: string, isSound: IsSound, access: TextAccess): Promise<string | null> {
    const known = this.#texts.get(url);
    if (known !== undefined) return known;
    const stored = await this.#recall(url);
    if (stored !== null && isSound(stored)) {
      this.#texts.set(url, stored);
      return stored;
    }
    const attempt = this.#attempts.get(url);
    if (attempt?.ending === 'running') return this.#afterOther(url);
    const failedJustNow = attempt?.ending === 'failed' && this.#now() - attempt.at < FAILURE_KEPT_MS;
    return failedJustNow ? null : this.#fetch(url, isSound, access);
  }

  /**
   * The document as it is now, for a caller whom the current one did not serve. Goes to the network at most once in
   * half a minute; else, and when that fails, it is the one known before. `null` if another request is just asking:
   * its answer may be the one that is wanted, and cannot be waited for.
   */
  async refetched(url: string, isSound: IsSound, access: TextAccess): Promise<string | null> {
    const known = this.#texts.get(url) ?? null;
    const attempt = this.#attempts.get(url);
    if (attempt !== undefined && this.#now() - attempt.at < REFETCH_EVERY_MS)
      return attempt.ending === 'running' ? null : known;
    const fetching = this.#fetch(url, isSound, access);
    access.waitUntil(fetching); // a client that leaves must not take along what others are told to come back for
    return (await fetching) ?? known;
  }

  /**
   * Another request is asking, and its promise is its own: this one looks again until that one has its answer. However
   * many come with tokens of an issuer, true or made up, the issuer is asked once.
   */
  async #afterOther(url: string): Promise<string | null> {
    for (let looks = 0; looks < MAX_LOOKS && this.#attempts.get(url)?.ending === 'running'; looks += 1)
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    return this.#texts.get(url) ?? null;
  }

  async #fetch(url: string, isSound: IsSound, access: TextAccess): Promise<string | null> {
    const at = this.#now();
    this.#attempts.set(url, { at, ending: 'running' });
    const fetched = await fetchText(url, access.fetch);
    const problem = fetched.ok ? 'makes no sense' : fetched.problem;
    if (!fetched.ok || !isSound(fetched.text)) {
      this.#attempts.set(url, { at, ending: 'failed' });
      access.log({ type: 'identity_document_unavailable', url, problem });
      return null;
    }
    this.#attempts.set(url, { at, ending: 'answered' });
    if (fetched.text !== this.#texts.get(url)) access.waitUntil(this.#keep(url, fetched.text));
    this.#texts.set(url, fetched.text);
    return fetched.text;
  }

  /** A store that fails is a store that has nothing. */
  async #recall(url: string): Promise<string | null> {
    try {
      if (this.#store === null) return null;
      return await withTimeout(this.#store.get(await storedName(url)), STORE_TIMEOUT_MS);
    } catch {
      return null;
    }
  }

  async #keep(url: string, text: string): Promise<void> {
    try {
      await this.#store?.put(await storedName(url), text, { expirationTtl: STORED_SECONDS });
    } catch {
      // The next isolate asks the network instead.
    }
  }
}

/** `jwks/{SHA-256 of the URL in hex}`; value: the document's text. */
const storedName = async (url: string): Promise<string> => `jwks/${await sha256Hex(url)}`;
