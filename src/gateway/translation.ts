/** A client's request in canonical form: decoded once, when the first target of another wire form is asked. */
import { decodeCountRequest as decodeAnthropicCount } from '../dialects/anthropic-messages/decode-request.ts';
import type { CanonicalRequest } from '../dialects/canonical.ts';
import type { ClientRequest } from '../dialects/client-request.ts';
import { decodeCountRequest as decodeGeminiCount } from '../dialects/gemini/decode-request.ts';
import { DOOR_CODECS } from '../dialects/registry.ts';
import type { Route } from '../dialects/routes.ts';

export class Translation {
  readonly #route: Route;
  readonly #request: ClientRequest;
  /** It says something else than the client's body. */
  readonly isAmended: boolean;
  #canonical: CanonicalRequest | null;

  /** `amended`: what is asked in the place of what the body says. */
  constructor(route: Route, request: ClientRequest, amended: CanonicalRequest | null = null) {
    this.#route = route;
    this.#request = request;
    this.#canonical = amended;
    this.isAmended = amended !== null;
  }

  /** Throws `InvalidRequest`. */
  get canonical(): CanonicalRequest {
    this.#canonical ??= { ...this.#decode(), wantsStream: this.#request.wantsStream };
    return this.#canonical;
  }

  /** No further target will be asked. */
  release(): void {
    this.#canonical = null;
  }

  #decode(): CanonicalRequest {
    const body = this.#request.parse();
    switch (this.#route.id) {
      case 'messages.count_tokens':
        return decodeAnthropicCount(body);
      case 'gemini.countTokens':
        return decodeGeminiCount(body);
      default:
        return DOOR_CODECS[this.#route.dialect].decodeRequest(body);
    }
  }
}
