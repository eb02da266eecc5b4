/**
 * Where Redis keeps a Ledger. The name stands in braces, so that a cluster keeps all keys of one Ledger together.
 *
 * `{prefix}{{ledger}}:` and
 * - `book` (hash): the time, buckets, what is held, sums of windows, thresholds told and to be told
 * - `leases` (hash: lease → what it holds), `heard` (sorted set: when it was heard last)
 * - `lost` (hash: ended lease → what it lost), `lost-at` (sorted set: when it ended)
 * - `calls` (hash: call → how it was answered), `called-at` (sorted set)
 * - `spent` (hash: quarter of an hour → nano-dollars settled and lost)
 * - `record` (hash: `{UTC day}|{model}` → sums of what was consumed, `total`, and how many models the last day has)
 */
const PARTS = [
  'book',
  'leases',
  'heard',
  'lost',
  'lost-at',
  'calls',
  'called-at',
  'spent',
  'record',
] as const;

/** All of them, in the order in which scripts know them. */
export const ledgerKeys = (prefix: string, ledger: string): readonly string[] =>
  PARTS.map((part) => `${prefix}{${ledger}}:${part}`);
