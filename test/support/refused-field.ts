import { InvalidRequest } from '../../src/errors.ts';

/** The field that a refusal names; fails unless `attempt` is refused. Runs in Node and in workerd. */
export function refusedField(attempt: () => unknown): string | null {
  try {
    attempt();
  } catch (error) {
    if (error instanceof InvalidRequest) return error.param;
    throw error;
  }
  throw new Error('it was not refused');
}
