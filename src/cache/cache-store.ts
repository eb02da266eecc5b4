/** Where entries lie. A store may be slow, may fail, and may hold what anybody wrote: whoever asks is ready for that. */
export interface CacheStore {
  /** `null`: nothing there. Rejects where the store fails. */
  get(name: string): Promise<Uint8Array | null>;
  /** `seconds`: how long it has to be kept, at least; a whole number from 1. Rejects where it is not kept. */
  put(name: string, bytes: Uint8Array, seconds: number): Promise<void>;
}

/** One that all places share. */
export interface FarStore extends CacheStore {
  /** In the order of `names`. Rejects where the store fails. */
  getMany(names: readonly string[]): Promise<readonly (Uint8Array | null)[]>;
  /** Rejects unless all are kept; some may be. */
  putMany(values: readonly StoredValue[]): Promise<void>;
}

/** As in `CacheStore.put`. */
export interface StoredValue {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly seconds: number;
}
