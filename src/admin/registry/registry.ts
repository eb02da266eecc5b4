/**
 * The Registry: one Durable Object that holds the truth of the control plane. Everything that changes something is a
 * command (`commands.ts`), run whole in one transaction; what the edges need of it goes to KV through the outbox, and to
 * every isolate with its next pulse. No request of a model waits for it but by what `registry-edge.ts` says.
 */
import { DurableObject } from 'cloudflare:workers';
import type { CopyName, KeyCopy } from '../../keys/edge-copies.ts';
import { copyName, keyCopyName, keyCopyNameById } from '../../keys/edge-copies.ts';
import type { Pulse, PulseCursor, RegistryEdge } from '../../keys/registry-edge.ts';
import { type Actor, identityOf } from '../actor.ts';
import { readPulse } from './change-feed.ts';
import { type AnyCommand, type AnyQuery, COMMANDS, type Idempotency, QUERIES } from './commands.ts';
import { readCopy } from './copies.ts';
import { doubtAllThatWaits } from './doubts.ts';
import { keepHouse, renewCopies } from './housekeeping.ts';
import { readAgain, recallResult, rememberResult } from './idempotency.ts';
import { readKeyCopy } from './key-rows.ts';
import { migrate } from './migrations.ts';
import { readNote, writeNote } from './notes.ts';
import { publishAgain } from './outbox.ts';
import { Publisher } from './publisher.ts';
import { type Outcome, Refusal, Transaction } from './transaction.ts';

export interface RegistryEnv {
  /** Where edge copies are published. */
  readonly EDGE_COPIES?: KVNamespace;
}

const HOUSEKEEPING_MS = 3_600_000;
/** KV takes up to a minute to show a value everywhere, and one write a second for each name. */
const HEALING_MS = 60_000;
/** If publishing right after a change does not come to its end, an alarm takes it up. */
const PUBLISH_ALARM_MS = 5000;
/** While a write to KV hangs, alarms find it still running. */
const SHORTEST_ALARM_MS = 1000;

export class Registry extends DurableObject<RegistryEnv> implements RegistryEdge {
  readonly #sql: SqlStorage;
  readonly #publisher: Publisher;

  constructor(state: DurableObjectState, env: RegistryEnv) {
    super(state, env);
    this.#sql = state.storage.sql;
    migrate(state.storage);
    this.#publisher = new Publisher(this.#sql, env.EDGE_COPIES ?? null, Date.now);
    doubtAllThatWaits(this.#sql, Date.now());
    if (readNote(this.#sql, 'epoch') !== null) return;
    state.storage.transactionSync(() => this.#begin());
    state.blockConcurrencyWhile(() => this.#publishSoon());
  }

  async pulse(since: PulseCursor | null): Promise<Pulse> {
    const { epoch, signingKeys } = JSON.parse(readNote(this.#sql, 'epoch') ?? '{}') as Pick<
      Pulse,
      'signingKeys'
    > & {
      epoch: string;
    }; // written by `#begin`
    return readPulse(this.#sql, since, { epoch, signingKeys, now: Date.now() });
  }

  async findKey(sha256: string): Promise<KeyCopy | null> {
    const [row] = this.#sql.exec<{ key_id: string }>(
      'SELECT key_id FROM key_secrets WHERE sha256 = ?',
      sha256,
    );
    return row === undefined ? null : this.#findAndHeal(row.key_id, keyCopyName(sha256));
  }

  async findKeyById(id: string): Promise<KeyCopy | null> {
    return this.#findAndHeal(id, keyCopyNameById(id));
  }

  async readCopy(name: CopyName): Promise<string> {
    const copy = readCopy(this.#sql, name);
    await this.#heal(copyName(name));
    return JSON.stringify(copy);
  }

  /** Types are those of `RegistryDesk`; a call by RPC cannot carry them. */
  async write(
    name: string,
    input: unknown,
    actor: Actor,
    idempotency?: Idempotency,
  ): Promise<Outcome<unknown>> {
    const command = (COMMANDS as unknown as Readonly<Record<string, AnyCommand>>)[name];
    if (command === undefined) throw new Error(`no command ${name}`);
    const outcome = this.#attempt(() =>
      this.ctx.storage.transactionSync(() => this.#run(name, command, input, actor, idempotency)),
    );
    if (outcome.ok) await this.#publishSoon();
    return outcome;
  }

  async query(name: string, input: unknown, actor: Actor): Promise<Outcome<unknown>> {
    const query = (QUERIES as unknown as Readonly<Record<string, AnyQuery>>)[name];
    if (query === undefined) throw new Error(`no query ${name}`);
    return this.#attempt(() => ({
      value: query({ sql: this.#sql, now: Date.now(), actor }, input),
      isRepeated: false,
    }));
  }

  override async alarm(): Promise<void> {
    await this.#publisher.run();
    this.ctx.storage.transactionSync(() => keepHouse(this.#sql, Date.now()));
    const hour = Date.now() + HOUSEKEEPING_MS;
    const due = this.#publisher.nextAt() ?? hour;
    await this.#setAlarm(Math.min(hour, Math.max(due, Date.now() + SHORTEST_ALARM_MS)));
  }

  #begin(): void {
    const secret = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
    const note = {
      epoch: crypto.randomUUID(),
      signingKeys: [{ id: crypto.randomUUID().slice(0, 8), secret }],
    };
    writeNote(this.#sql, 'epoch', JSON.stringify(note));
    renewCopies(this.#sql, Date.now());
  }

  #run(name: string, command: AnyCommand, input: unknown, actor: Actor, idempotency?: Idempotency) {
    const now = Date.now();
    const scope = `${identityOf(actor)} ${name}`;
    const known = idempotency === undefined ? null : recallResult(this.#sql, scope, idempotency);
    if (known !== null)
      return { value: readAgain({ sql: this.#sql, now, actor }, name, known.result), isRepeated: true };
    const newId = (prefix: string) => `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`;
    const value = command(new Transaction({ sql: this.#sql, now, actor, newId }), input);
    if (idempotency !== undefined) rememberResult(this.#sql, scope, idempotency, value, now);
    return { value, isRepeated: false };
  }

  /** A refusal is an answer. Anything else that is thrown is a failure of ours, and rejects. */
  #attempt(work: () => { value: unknown; isRepeated: boolean }): Outcome<unknown> {
    try {
      return { ok: true, ...work() };
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, refusal: error.fields };
      throw error;
    }
  }

  async #findAndHeal(id: string, name: string): Promise<KeyCopy | null> {
    const copy = readKeyCopy(this.#sql, id);
    if (copy !== null) await this.#heal(name);
    return copy;
  }

  /** Whoever asks here found no good copy in KV. One that was written a moment ago may not have got everywhere. */
  async #heal(name: string): Promise<void> {
    if (this.#publisher.wroteSince(name, Date.now() - HEALING_MS)) return;
    publishAgain(this.#sql, name, Date.now());
    await this.#publishSoon();
  }

  /** Nobody waits for KV. */
  async #publishSoon(): Promise<void> {
    await this.#setAlarm(Date.now() + PUBLISH_ALARM_MS);
    this.ctx.waitUntil(this.#publisher.run());
  }

  /** Unless it rings earlier anyway. */
  async #setAlarm(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at || set < Date.now()) await this.ctx.storage.setAlarm(at);
  }
}
