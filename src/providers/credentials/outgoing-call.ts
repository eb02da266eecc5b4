/** A call as it will be sent: its signature may cover all of it. Header names in lowercase. */
export interface OutgoingCall {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | ReadableStream<Uint8Array> | null;
}
