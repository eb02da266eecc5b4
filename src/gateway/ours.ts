/** What is thrown inside is a mistake of ours, not the provider's: it is logged as one, and nobody is asked again. */
import { InternalError, InvalidRequest } from '../errors.ts';

export function ours<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof InvalidRequest ? error : new InternalError(error);
  }
}
