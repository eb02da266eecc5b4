/** A client's request, decoded as far as the gateway needs, with its bytes kept as they were sent. */
export interface ClientRequest {
  /** The model as the client named it. */
  readonly model: string;
  /** The client asked for a stream. */
  readonly wantsStream: boolean;
  /** The client asked for a usage chunk (`stream_options.include_usage`). */
  readonly wantsUsage: boolean;
  /** How many choices were asked for (`n`). */
  readonly choices: number;
  /** Characters of text in the input, for an estimate where no usage comes. */
  readonly inputCharacters: number;
  /** `content-type` of the body that goes up. */
  readonly contentType: string;
  /** False for a body that streams through and can be sent once only. */
  readonly isReplayable: boolean;
  /** The body for one upstream call: as sent, but for the model, and the wish for usage. */
  encode(edit: UpstreamEdit): Uint8Array | ReadableStream<Uint8Array>;
  /** Lets go of the bytes: no further upstream call will be made. */
  release(): void;
  /** Tells why a body that streams through turned out to be unacceptable, while it is being sent. */
  onLateRefusal(callback: (refusal: Error) => void): void;
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
}
