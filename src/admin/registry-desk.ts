/** The Registry as the admin API reaches it: a Durable Object somewhere, with a bound on waiting for it. */
import { GatewayUnavailable } from '../errors.ts';
import { withTimeout } from '../with-timeout.ts';
import type { RegistryDesk } from './registry/commands.ts';
import type { Outcome } from './registry/transaction.ts';

const TIMEOUT_MS = 10_000;

/** What the stub of the object offers, as RPC has it: names and values without their types. */
export interface RegistryStub {
  write(...args: unknown[]): Promise<Outcome<unknown>>;
  query(...args: unknown[]): Promise<Outcome<unknown>>;
}

/**
 * `stub` makes a fresh one for each call, because one that failed once may stay broken; `null`: nothing is bound.
 * `onWrite` is told of everything that was written, or may have been: an answer that is lost says nothing.
 */
export function createRegistryDesk(stub: (() => RegistryStub) | null, onWrite: () => void): RegistryDesk {
  const call = async (method: keyof RegistryStub, args: unknown[]): Promise<Outcome<unknown>> => {
    if (stub === null)
      throw new GatewayUnavailable('This gateway runs without its control plane: REGISTRY is not bound.');
    try {
      return await withTimeout(stub()[method](...args), TIMEOUT_MS);
    } catch {
      throw new GatewayUnavailable('The control plane cannot be reached right now.');
    }
  };
  const write = async (...args: unknown[]): Promise<Outcome<unknown>> => {
    let isUnchanged = false;
    try {
      const outcome = await call('write', args);
      isUnchanged = !outcome.ok;
      return outcome;
    } finally {
      if (!isUnchanged) onWrite();
    }
  };
  // The object answers by the types of the command or query that is named: `commands.ts` has both sides.
  return { write, query: (...args) => call('query', args) } as RegistryDesk;
}
