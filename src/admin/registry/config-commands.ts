/**
 * Storing and activating versions of the configuration document. Documents come here checked: each command says which
 * version was active and which secrets were kept when they were, and does nothing if there are others by now.
 */
import { activationBefore, currentActivation, documentText } from './config-rows.ts';
import { copyVersion } from './copies.ts';
import { Refusal, type Transaction } from './transaction.ts';

interface Based {
  /** Version that was active when the document was checked and compared. */
  readonly base: number;
  /** Version of the copy `secrets` that the document was checked with. */
  readonly baseSecrets: number;
  /** Version that the client named in `If-Match`. */
  readonly ifVersion: number | null;
  /** What changes, in lines for the audit trail, without any secret. */
  readonly diff: readonly string[];
}

export interface PutConfig extends Based {
  /** JSON text of the document. */
  readonly text: string;
  /** Whether it counts from now on, or is only kept. */
  readonly isActivated: boolean;
}

export interface ActivateConfig extends Based {
  readonly version: number;
}

export interface RollBackConfig extends Based {
  /** Version that was checked for it. */
  readonly version: number;
}

export interface ConfigOutcome {
  /** The version that was stored or activated. */
  readonly version: number;
  /** The version that counts now. */
  readonly active: number;
}

export const configCommands = {
  'config.put': putConfig,
  'config.activate': activateConfig,
  'config.rollback': rollBackConfig,
};

function putConfig(transaction: Transaction, input: PutConfig): ConfigOutcome {
  requireBase(transaction, input);
  const { sql, now, actor } = transaction;
  const { version } = sql
    .exec<{ version: number }>(
      'INSERT INTO config_versions (document, parent, created_by, created_at) VALUES (?, ?, ?, ?) RETURNING version',
      input.text,
      input.base,
      actor.subject,
      now,
    )
    .one();
  if (input.isActivated) activate(transaction, version, currentActivation(sql).seq);
  audit(transaction, 'config.put', input, { version, active: input.isActivated });
  return { version, active: input.isActivated ? version : input.base };
}

function activateConfig(transaction: Transaction, input: ActivateConfig): ConfigOutcome {
  const { sql } = transaction;
  const { version } = input;
  if (version !== 0 && documentText(sql, version) === null)
    throw new Refusal('resource_not_found', 'There is no such version of the configuration.');
  requireBase(transaction, input);
  // Once more would make a rollback that changes nothing.
  if (version === input.base) return { version, active: version };
  activate(transaction, version, currentActivation(sql).seq);
  audit(transaction, 'config.activate', input, { version });
  return { version, active: version };
}

/** Undoes the activation that counts: `docs/decisions/0018-rollback.md`. */
function rollBackConfig(transaction: Transaction, input: RollBackConfig): ConfigOutcome {
  const { version } = input;
  requireBase(transaction, input);
  const before = activationBefore(transaction.sql, currentActivation(transaction.sql));
  if (before?.version !== version) throw new Refusal('conflict', OTHER_DOCUMENT);
  activate(transaction, version, before.previous);
  audit(transaction, 'config.rollback', input, { version });
  return { version, active: version };
}

function requireBase({ sql }: Transaction, { base, baseSecrets, ifVersion }: Based): void {
  const { version } = currentActivation(sql);
  if (ifVersion !== null && ifVersion !== version)
    throw new Refusal('precondition_failed', `The active configuration has version ${version} by now.`);
  requireActive(sql, base);
  if (baseSecrets !== copyVersion(sql, 'secrets')) throw new Refusal('outdated', OTHER_SECRETS);
}

/** Throws a `Refusal` unless this is the version that counts. */
export function requireActive(sql: SqlStorage, version: number): void {
  if (currentActivation(sql).version !== version) throw new Refusal('outdated', OTHER_DOCUMENT);
}

const OTHER_DOCUMENT = 'Somebody else activated another configuration at this moment. Look, and try again.';
const OTHER_SECRETS = 'Somebody else changed the provider secrets at this moment. Try again.';

/** `previous`: the activation that a rollback of this one returns to. */
function activate(transaction: Transaction, version: number, previous: number | null): void {
  transaction.sql.exec(
    'INSERT INTO config_activations (version, previous, activated_by, at) VALUES (?, ?, ?, ?)',
    version,
    previous,
    transaction.actor.subject,
    transaction.now,
  );
  transaction.copyChanged('config');
}

function audit(
  transaction: Transaction,
  action: string,
  { base, diff }: Based,
  after: { version: number; active?: boolean },
): void {
  transaction.audit({
    action,
    target: 'config',
    project: null,
    before: { version: base },
    after: { ...after, diff },
  });
}
