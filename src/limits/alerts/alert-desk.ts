/**
 * What an isolate tells of keys and credentials. It remembers what it told, so that a request costs nothing for it; the
 * Ledger it tells knows whether it is news.
 */
import { IsolateCache } from '../../isolate-cache.ts';
import type { AlertRouting } from '../ledger-protocol.ts';
import {
  type AlertNote,
  credentialExhausted,
  type ExhaustionData,
  type ExpiringKey,
  exhaustionId,
  keyExpiring,
} from './alert.ts';

/** Ledgers, as far as alerts go. Those of the platform, whatever store keeps the limits. */
export interface AlertStore {
  /** Rejects if the Ledger cannot be reached. */
  note(ledger: string, note: AlertNote): Promise<void>;
  /** What was told under this id is over. */
  forgetAlert(ledger: string, id: string): Promise<void>;
}

interface AlertWork {
  readonly waitUntil: (work: Promise<unknown>) => void;
}

const MAX_REMEMBERED = 10_000;
const REMEMBERED_MS = 3_600_000;

export class AlertDesk {
  readonly #store: AlertStore;
  readonly #now: () => number;
  /** Ids of alerts that this isolate told. */
  readonly #told: IsolateCache<true>;
  /** Credentials that this isolate told of: a credential that works again is news to nobody else. */
  readonly #exhausted: IsolateCache<string>;

  constructor({ store, now }: { readonly store: AlertStore; readonly now: () => number }) {
    this.#store = store;
    this.#now = now;
    this.#told = new IsolateCache({ maxEntries: MAX_REMEMBERED, ttlMs: REMEMBERED_MS, now });
    this.#exhausted = new IsolateCache({ maxEntries: MAX_REMEMBERED, ttlMs: 24 * REMEMBERED_MS, now });
  }

  /** A key was used. Nothing happens unless it expires within `withinDays`. */
  keyUsed(key: ExpiringKey & { readonly ledger: string }, alerts: ExpiryAlerts, work: AlertWork): void {
    const leftMs = key.expiresAt - this.#now();
    if (leftMs <= 0 || leftMs > alerts.withinDays * 86_400_000) return;
    this.#tell(key.ledger, { ...keyExpiring(key), routing: alerts.routing }, work);
  }

  /** A provider said that a credential of ours is good for nothing now. */
  credentialFailed(
    failure: ExhaustionData & { readonly ledger: string },
    routing: AlertRouting,
    work: AlertWork,
  ): void {
    const { ledger, provider, credential, reason, status } = failure;
    const alert = credentialExhausted({ provider, credential, reason, status }, this.#now());
    this.#exhausted.set(credential, ledger);
    this.#tell(ledger, { ...alert, routing }, work);
  }

  /** It answered. What another isolate told of it stays told, for a day. */
  credentialWorked(credential: string, work: AlertWork): void {
    const ledger = this.#exhausted.get(credential);
    if (ledger === undefined) return;
    const id = exhaustionId(credential);
    this.#exhausted.delete(credential);
    this.#told.delete(id);
    // If this is lost, the next exhaustion is told when the day is over.
    work.waitUntil(this.#store.forgetAlert(ledger, id).catch(() => undefined));
  }

  #tell(ledger: string, note: AlertNote, { waitUntil }: AlertWork): void {
    if (this.#told.get(note.id) !== undefined) return;
    this.#told.set(note.id, true);
    // What did not arrive is told with the next request.
    waitUntil(this.#store.note(ledger, note).catch(() => this.#told.delete(note.id)));
  }
}

export interface ExpiryAlerts {
  /** `alerts.key_expires_within_days`. */
  readonly withinDays: number;
  readonly routing: AlertRouting;
}
