/** An isolate of the gateway as far as it routes: its books, its desk, and the way to the Vantage of its region. */
import { CredentialBook } from '../../../src/routing/health/credential-book.ts';
import { HealthBook } from '../../../src/routing/health/health-book.ts';
import type { RegionState } from '../../../src/routing/health/region-state.ts';
import { RetryBudget } from '../../../src/routing/health/retry-budget.ts';
import { VantageDesk } from '../../../src/routing/health/vantage-desk.ts';
import type { VantageStub } from '../../../src/routing/health/vantage-protocol.ts';
import type { VirtualTime } from '../virtual-time.ts';

export interface Isolate {
  readonly health: HealthBook;
  readonly desk: VantageDesk;
}

export function createIsolate(
  id: string,
  state: RegionState,
  time: VirtualTime,
  wayMs: () => number,
): Isolate {
  const { now } = time;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void time.after(ms, resolve));
  const vantage: VantageStub = {
    sync: async (report) => {
      await sleep(wayMs());
      const picture = state.sync(report, now());
      await sleep(wayMs());
      return picture;
    },
    view: async () => state.view(now()),
  };
  const health = new HealthBook({ now });
  const desk = new VantageDesk({
    vantages: () => vantage,
    health,
    credentials: new CredentialBook(),
    budget: new RetryBudget({ now }),
    isolate: id,
    now,
    sleep,
    log: (line) => {
      throw new Error(JSON.stringify(line)); // nothing fails here
    },
  });
  return { health, desk };
}
