/** The scripts, put together from their parts in the order in which these know each other. */
import { BUCKETS } from './lua/buckets.ts';
import { BUDGETS } from './lua/budgets.ts';
import { CALL } from './lua/call.ts';
import { CALLS } from './lua/calls.ts';
import { DRAW } from './lua/draw.ts';
import { LEASE_TABLE } from './lua/leases.ts';
import { NUMBERS } from './lua/numbers.ts';
import { READ } from './lua/read.ts';
import { RECORD } from './lua/record.ts';
import { SPENDING } from './lua/spending.ts';
import { STATE } from './lua/state.ts';
import { Script } from './run-script.ts';

/** KEYS: `ledgerKeys`. ARGV: the call as JSON, the limits as JSON, the time or nothing. Returns JSON. */
export const callScript = (): Script =>
  new Script(NUMBERS, STATE, BUCKETS, LEASE_TABLE, SPENDING, BUDGETS, CALLS, RECORD, DRAW, CALL);

/** KEYS: `ledgerKeys`. ARGV: the time or nothing. Returns the time and six hashes. */
export const readScript = (): Script => new Script(NUMBERS, STATE, READ);

/** KEYS: the book. ARGV: the crossings that somebody was told of. */
export const toldScript = (): Script =>
  new Script(`for i = 1, #ARGV do redis.call('HDEL', KEYS[1], 'pending:' .. ARGV[i]) end`, 'return 1');
