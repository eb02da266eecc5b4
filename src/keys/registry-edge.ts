/** What isolates ask of the Registry. The object implements it; here it is only spoken to. */
import type { CopyName, KeyCopy } from './edge-copies.ts';

/** Up to where an isolate has heard. */
export interface PulseCursor {
  /** Which life of the Registry's storage `seq` belongs to. */
  readonly epoch: string;
  readonly seq: number;
}

/** What changed since a cursor: an isolate that heard it knows all there is to know, as of when it asked. */
export interface Pulse {
  readonly cursor: PulseCursor;
  /** Keys that changed, as they are now; without a cursor, those of the last `RECENT_MS`. */
  readonly keys: readonly KeyCopy[];
  /** More keys changed than one answer holds: for `RECENT_MS` no KV copy of a key can be trusted. */
  readonly isOverflown: boolean;
  /** More keys than one answer holds have copies in KV that could not be brought up to date: none can be trusted. */
  readonly hasStaleCopies: boolean;
  /** Versions of the copies that an isolate should hold. */
  readonly versions: {
    readonly tenants: number;
    readonly config: number;
    readonly secrets: number;
    /** Absent where the Registry still runs a version of this code that knows of none: nothing was ever forgotten there. */
    readonly cache?: number;
  };
  /** Whether there is a minted key. */
  readonly hasKeys: boolean;
  /** Keys that sign narrower tokens, the newest first: base64 of 32 bytes each. */
  readonly signingKeys: readonly { readonly id: string; readonly secret: string }[];
}

/** How long a KV copy may be behind what the Registry says: changes of that time are told with every first pulse. */
export const RECENT_MS = 5 * 60_000;

/** Every method rejects while the Registry cannot be reached. */
export interface RegistryEdge {
  pulse(since: PulseCursor | null): Promise<Pulse>;
  /** By the SHA-256 of the key; `null` if there is no such key. What is found is published again: its copy was missing. */
  findKey(sha256: string): Promise<KeyCopy | null>;
  findKeyById(id: string): Promise<KeyCopy | null>;
  /** JSON text of a copy, as it is now; published again, because whoever asks found none. */
  readCopy(name: CopyName): Promise<string>;
}
