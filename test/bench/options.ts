/** The command line. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../support/workerd.ts';

export interface Options {
  /** Fewer and shorter rounds: under a minute, for a look and not for a record. */
  readonly isQuick: boolean;
  /** Where the results go, as JSON. */
  readonly out: string;
  /** The one scenario to run; `null` for all. */
  readonly only: string | null;
  /** A gateway that was built elsewhere; `null` builds this one. */
  readonly bundle: string | null;
}

/** Prints the usage and exits on anything unknown. */
export function readOptions(scenarios: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        out: { type: 'string', default: join(ROOT, 'bench-results.json') },
        only: { type: 'string' },
        bundle: { type: 'string' },
      },
    });
    const only = values.only ?? null;
    if (only !== null && !scenarios.includes(only)) throw new Error(`There is no scenario "${only}".`);
    return { isQuick: values.quick, out: values.out, only, bundle: values.bundle ?? null };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(`npm run bench -- [--quick] [--only ${scenarios.join('|')}] [--out FILE] [--bundle FILE]`);
    return process.exit(2);
  }
}
