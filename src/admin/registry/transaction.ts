/**
 * What a command of the Registry works with. A command is a plain synchronous function: it runs in one SQLite
 * transaction together with its entry in the audit trail, its lines in the change feed and the outbox, and the memory of
 * its idempotency key. It is done whole, or it throws a `Refusal` and nothing of it is left.
 */
import type { CopyName } from '../../keys/edge-copies.ts';
import { copyName, keyCopyName, keyCopyNameById } from '../../keys/edge-copies.ts';
import { type Actor, mayTouchProject } from '../actor.ts';
import { appendAudit } from './audit-chain.ts';
import { publish } from './outbox.ts';

/** Why the Registry did not do what it was asked. Travels as a value, because errors lose their class between isolates. */
export interface RefusalFields {
  readonly code:
    | 'resource_not_found'
    | 'conflict'
    /** A conflict that is over once what the command was checked against is read anew. */
    | 'outdated'
    | 'precondition_failed'
    | 'invalid_request'
    | 'permission_denied';
  readonly message: string;
  /** The field at fault, where there is one. */
  readonly param: string | null;
}

export class Refusal extends Error {
  readonly fields: RefusalFields;
  constructor(code: RefusalFields['code'], message: string, param: string | null = null) {
    super(message);
    this.fields = { code, message, param };
  }
}

/** A command's end, as it travels to the admin API. */
export type Outcome<Value> =
  | {
      readonly ok: true;
      readonly value: Value;
      /** An earlier create with this idempotency key made it. */
      readonly isRepeated: boolean;
    }
  | { readonly ok: false; readonly refusal: RefusalFields };

/** What a query works with. */
export interface Reader {
  readonly sql: SqlStorage;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly actor: Actor;
}

/** What is noted of a command: `before` and `after` as the admin API shows the thing, so without any secret or hash. */
export interface AuditNote {
  /** `key.create`, `config.activate`, … */
  readonly action: string;
  /** Id of what was touched. */
  readonly target: string;
  /** Project that it belongs to; `null` if it belongs to none. */
  readonly project: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

export class Transaction implements Reader {
  readonly sql: SqlStorage;
  readonly now: number;
  readonly actor: Actor;
  readonly newId: (prefix: string) => string;

  constructor(options: { sql: SqlStorage; now: number; actor: Actor; newId: (prefix: string) => string }) {
    this.sql = options.sql;
    this.now = options.now;
    this.actor = options.actor;
    this.newId = options.newId;
  }

  audit(note: AuditNote): void {
    appendAudit(this.sql, { ...note, at: this.now, actor: this.actor });
  }

  /** Edges hear of it with their next pulse; the copies under its id and all its hashes are published again. */
  keyChanged(id: string): void {
    this.sql.exec('INSERT INTO changes (key_id, at) VALUES (?, ?)', id, this.now);
    publish(this.sql, keyCopyNameById(id), this.now);
    for (const { sha256 } of this.sql.exec<{ sha256: string }>(
      'SELECT sha256 FROM key_secrets WHERE key_id = ?',
      id,
    ))
      publish(this.sql, keyCopyName(sha256), this.now);
  }

  /** Edges see the new version with their next pulse. Returns it. */
  copyChanged(name: CopyName): number {
    const row = this.sql
      .exec<{ version: number }>(
        `INSERT INTO copy_versions VALUES (?, 1)
         ON CONFLICT (name) DO UPDATE SET version = version + 1 RETURNING version`,
        name,
      )
      .one();
    publish(this.sql, copyName(name), this.now);
    return row.version;
  }

  /** Throws as if there were nothing, so that other people's projects cannot be probed. */
  requireProject(project: string, missing: string): void {
    if (!mayTouchProject(this.actor, project)) throw new Refusal('resource_not_found', missing);
  }
}
