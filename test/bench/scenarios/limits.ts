/** What limits cost a request: whose isolate holds a lease, and who has to ask a Ledger. */
import type { Lab, Measured } from '../lab.ts';
import { compare, runRounds } from '../rounds.ts';
import type { Row } from '../row.ts';

const CONNECTIONS = 16;
const BODY_BYTES = 1024;
const WARM_UP = 1500;
/** An isolate gives back what it holds 2 s after the last request of a scope; a Ledger stays in memory for 10 s. */
const UNTIL_COLD_MS = 5000;

/** A key with limits of every kind, none of them near: no request waits for a Ledger. */
export async function warmLease(lab: Lab): Promise<Row[]> {
  const requests = lab.isQuick ? 1500 : 3000;
  const task = { kind: 'closed', connections: CONNECTIONS, requests } as const;
  // Until the lease is as large as the demand.
  await lab.measure('limited', 'whole', { ...task, requests: WARM_UP }, BODY_BYTES);
  const rounds = await runRounds(lab.isQuick ? 2 : 5, ['bare', 'limited'], (one) =>
    lab.measure(one, 'whole', task, BODY_BYTES),
  );
  const row = {
    name: 'CPU a request, keyed and limited, warm lease',
    unit: 'µs',
    goal: { of: 'ratio', atMost: 1.5 },
  } as const;
  return [compare(rounds, 'limited', cpuOf(requests), row)];
}

/**
 * The same, and each request is of an end user with limits whose Ledger exists and of whom the isolate holds nothing: it
 * waits for one call, which writes.
 */
export async function coldLease(lab: Lab): Promise<Row[]> {
  // Each Ledger is a file that is synced when it is made, so there are few.
  const requests = lab.isQuick ? 150 : 300;
  const task = { kind: 'closed', connections: CONNECTIONS, requests } as const;
  await lab.measure('known', 'whole', { ...task, requests: WARM_UP }, BODY_BYTES);
  await lab.measure('cold', 'whole', task, BODY_BYTES); // makes the Ledgers
  const rounds = await runRounds(lab.isQuick ? 2 : 5, ['bare', 'cold'], async (one) => {
    await new Promise((resolve) => setTimeout(resolve, one === 'cold' ? UNTIL_COLD_MS : 0));
    return lab.measure(one, 'whole', task, BODY_BYTES);
  });
  const row = {
    name: 'CPU a request, keyed and limited, cold lease',
    unit: 'µs',
    goal: { of: 'ratio', atMost: 3 },
  } as const;
  return [compare(rounds, 'cold', cpuOf(requests), row)];
}

const cpuOf =
  (requests: number) =>
  ({ cpuMicros }: Measured): number =>
    cpuMicros / requests;
