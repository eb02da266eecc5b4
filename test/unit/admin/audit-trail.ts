/** Entries for the tests of the audit trail, and hands that change what nobody may change. */
import { runInDurableObject } from 'cloudflare:test';
import { appendAudit } from '../../../src/admin/registry/audit-chain.ts';
import { ISSUER, OWNER, type TestRegistry } from './registry-support.ts';

export interface Happening {
  readonly action?: string;
  readonly target?: string;
  readonly actor?: string;
  readonly issuer?: string | null;
  readonly project?: string | null;
  readonly before?: unknown;
  readonly after?: unknown;
  /** Milliseconds since the Unix epoch. */
  readonly at?: number;
}

/** Writes entries as commands do, one after the other. */
export function happen(registry: TestRegistry, happenings: readonly Happening[]): Promise<void> {
  return runInDurableObject(registry.stub, (_, { storage }) => {
    for (const { actor = 'ada@example.com', issuer = ISSUER, ...rest } of happenings)
      appendAudit(storage.sql, {
        action: 'key.update',
        target: 'key_1',
        project: null,
        before: null,
        after: null,
        at: Date.now(),
        ...rest,
        actor: { ...OWNER, subject: actor, issuer },
      });
  });
}

export const times = (count: number, happening: Happening = {}): Happening[] =>
  Array.from({ length: count }, () => happening);

/** Past the Registry's back, as somebody with a hand in its storage would do it. */
export function tamper(registry: TestRegistry, statement: string, ...values: unknown[]): Promise<void> {
  return runInDurableObject(registry.stub, (_, { storage }) => {
    storage.sql.exec(statement, ...values);
  });
}
