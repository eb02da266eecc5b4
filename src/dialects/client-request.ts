import type { Quantities, RequestEstimate } from '../usage/usage.ts';
import type { JsonObject } from './canonical.ts';

/** A client's request, decoded as far as the gateway needs, with its bytes kept as they were sent. */
export interface ClientRequest {
  /** The model as the client named it. */
  readonly model: string;
  /** Further models that the body names, for a provider or a tool to use. */
  readonly alsoNames: readonly string[];
  /** The client asked for a stream. */
  readonly wantsStream: boolean;
  /** The client asked for a usage chunk (`stream_options.include_usage`). */
  readonly wantsUsage: boolean;
  /** How many choices were asked for (`n`). */
  readonly choices: number;
  /** Characters of text in the input, for an estimate where no usage comes. */
  readonly inputCharacters: number;
  /** On whose behalf the body asks (`safety_identifier`, `user`, Anthropic's `metadata.user_id`); `null` if it does not say. */
  readonly endUser: string | null;
  /** `service_tier`, as the client named it. */
  readonly serviceTier: string | null;
  /** The provider goes on with its answer when nobody listens, and keeps it (`background`). */
  readonly isBackground: boolean;
  /**
   * What it is reckoned to use, for those who reserve that: reckoned at the first call, as long as the body is held. Once it is
   * released, and nobody has asked before, it goes by the number of characters.
   */
  estimate(): RequestEstimate;
  /** What it asks for in units of its own. Cheap. */
  quantities(): Quantities;
  /** The body as it was sent, while it is held; `null` where it is not held in one piece. */
  sent(): Uint8Array | null;
  /** `content-type` of the body that goes up. */
  readonly contentType: string;
  /** False for a body that streams through and can be sent once only. */
  readonly isReplayable: boolean;
  /** The body for one upstream call of the same form: as sent, but for what `edit` names. */
  encode(edit: UpstreamEdit): Uint8Array | ReadableStream<Uint8Array>;
  /** The body, parsed: for an upstream of another form. Throws `InvalidRequest` if it is not JSON. */
  parse(): JsonObject;
  /** Another vendor's proofs of thought stand in it: not even a target of the same form can take it as it is. */
  readonly holdsForeignProofs: boolean;
  /** The response that this one goes on from, as the client names it. */
  readonly previousResponseId: string | null;
  /** Set for a call about a stored response, which has no body. */
  readonly stored?: StoredCall;
  /** Lets go of the bytes: no further upstream call will be made. */
  release(): void;
  /** Tells why a body that streams through turned out to be unacceptable, while it is being sent. */
  onLateRefusal(callback: (refusal: Error) => void): void;
}

/** What is asked of the target that made a response. */
export interface StoredCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the provider's base URL, with its query. */
  readonly path: string;
  /** The response: the client's text by the provider's id. */
  readonly id: string;
  readonly sealedId: string;
}

/** Where a body is read from, within the limits on its size and on all bodies in the isolate. */
export interface BodySource {
  /** The next chunk, `null` at the end. Throws `RequestTooLarge`, `GatewayUnavailable`. */
  read(): Promise<Uint8Array | null>;
  /** As the client declared it; not to be trusted for anything but passing it on. */
  readonly contentLength: number | null;
}

export interface UpstreamEdit {
  /** The upstream's model id. */
  readonly model: string;
  /** Set `stream_options.include_usage`, if it is not set already. */
  readonly includeUsage: boolean;
  /** Further strings to set at the top level. */
  readonly set?: Readonly<Record<string, string>>;
  /** A host that has the model in the path wants this member in its place. */
  readonly modelBecomes?: { readonly key: string; readonly value: string };
}
