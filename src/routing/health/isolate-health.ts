/** What one isolate knows of providers, whatever the configuration is, and shares with its region. */
import { CredentialBook } from './credential-book.ts';
import { HealthBook } from './health-book.ts';
import type { Vantages } from './region-views.ts';
import { RetryBudget } from './retry-budget.ts';
import { VantageDesk } from './vantage-desk.ts';

export interface IsolateHealth {
  readonly healthBook: HealthBook;
  readonly credentialBook: CredentialBook;
  readonly retryBudget: RetryBudget;
  readonly vantageDesk: VantageDesk;
}

/** `isolate`: unlike that of any other. */
export function createIsolateHealth(options: {
  readonly vantages: Vantages;
  readonly isolate: string;
  readonly now: () => number;
  readonly log: (line: object) => void;
}): IsolateHealth {
  const { now } = options;
  const health = new HealthBook({ now });
  const credentials = new CredentialBook();
  const budget = new RetryBudget({ now });
  return {
    healthBook: health,
    credentialBook: credentials,
    retryBudget: budget,
    vantageDesk: new VantageDesk({ ...options, health, credentials, budget, sleep }),
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
