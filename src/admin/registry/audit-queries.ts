/** What the admin API reads of the audit trail. No command changes it. */
import type { AuditRow } from './audit-chain.ts';
import { verifyAudit } from './audit-verification.ts';
import { type Condition, inOwnProjects, type Page, type PageInput, readPage } from './pages.ts';
import type { Reader } from './transaction.ts';

export const auditQueries = {
  'audit.list': listAudit,
  'audit.slice': sliceAudit,
  'audit.verify': verifyAudit,
};

export interface AuditFilter {
  readonly actor: string | null;
  /** Of the actor. */
  readonly issuer: string | null;
  /** Whole, or with a dot at its end the beginning: `key.` */
  readonly action: string | null;
  readonly target: string | null;
  readonly project: string | null;
  /** Milliseconds since the Unix epoch: from then on. */
  readonly since: number | null;
  /** Milliseconds since the Unix epoch: before then. */
  readonly until: number | null;
}

/** An entry as the admin API shows it. */
export interface AuditEntry extends Omit<AuditRow, 'at' | 'before' | 'after'> {
  /** ISO 8601. */
  readonly at: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** How much of `before` and `after` one answer holds, in characters: RPC carries 32 MiB. */
const MAX_ANSWER_CHARACTERS = 4 * 1024 * 1024;
const LIST_STEP = 50;

/** Newest first. A page is shorter than it might be if its entries are long. */
function listAudit(reader: Reader, input: AuditFilter & PageInput): Page<AuditEntry> {
  const conditions = toConditions(reader, input);
  const data: AuditEntry[] = [];
  let characters = 0;
  let { cursor } = input;
  for (;;) {
    const limit = Math.min(LIST_STEP, input.limit - data.length);
    const page = readPage(reader, 'audit', conditions, { limit, cursor }, (row: StoredRow) => {
      characters += lengthOf(row);
      return toEntry(row);
    });
    data.push(...page.data);
    cursor = page.next_cursor;
    if (cursor === null || data.length >= input.limit || characters >= MAX_ANSWER_CHARACTERS)
      return { ...page, data };
  }
}

export interface AuditSlice {
  readonly entries: readonly AuditEntry[];
  readonly isLast: boolean;
}

/** Oldest first, behind the entry `after`: a part of an export. */
function sliceAudit(
  reader: Reader,
  { after, limit, ...filter }: AuditFilter & { after: number; limit: number },
): AuditSlice {
  const conditions: Condition[] = [['seq > ?', after], ...toConditions(reader, filter)];
  const where = conditions.map(([text]) => `(${text})`).join(' AND ');
  const values = conditions.flatMap(([, ...rest]) => rest);
  const entries: AuditEntry[] = [];
  let characters = 0;
  for (const row of reader.sql.exec<StoredRow>(
    `SELECT * FROM audit WHERE ${where} ORDER BY seq`,
    ...values,
  )) {
    if (entries.length >= limit || characters >= MAX_ANSWER_CHARACTERS) return { entries, isLast: false };
    entries.push(toEntry(row));
    characters += lengthOf(row);
  }
  return { entries, isLast: true };
}

type StoredRow = AuditRow & Record<string, SqlStorageValue>;

const lengthOf = ({ before, after }: AuditRow): number => (before?.length ?? 0) + (after?.length ?? 0);

const toEntry = ({ at, before, after, ...row }: StoredRow): AuditEntry => ({
  ...row,
  at: new Date(at).toISOString(),
  before: parse(before),
  after: parse(after),
});

/** A text that somebody has tampered with may not be JSON any more, and has to be seen all the same. */
function parse(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function toConditions(reader: Reader, filter: AuditFilter): Condition[] {
  const conditions = inOwnProjects(reader);
  const { action, since, until } = filter;
  for (const name of ['actor', 'issuer', 'target', 'project'] as const)
    if (filter[name] !== null) conditions.push([`${name} = ?`, filter[name]]);
  if (action?.endsWith('.')) conditions.push(['instr(action, ?) = 1', action]);
  else if (action !== null) conditions.push(['action = ?', action]);
  if (since !== null) conditions.push(['at >= ?', since]);
  if (until !== null) conditions.push(['at < ?', until]);
  return conditions;
}
