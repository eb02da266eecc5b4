/** What a request for an alias with one faulty target comes to, by the table of faults alone. */
import type { Mode } from '../faults.ts';
import type { Fault, Meaning } from './fault-table.ts';

/** `single`: the faulty target alone. `fallback`, `weighted`: it stands first, and a good one behind it. */
export const WAYS = ['single', 'fallback', 'weighted'] as const;
export type Way = (typeof WAYS)[number];

export interface Cell {
  /** Names its provider, alias and key. */
  readonly id: string;
  readonly fault: Fault;
  readonly mode: Mode;
  readonly way: Way;
  readonly meaning: Meaning;
}

/** Further tries on the same target, of every alias. */
export const RETRIES = 1;

export interface Expected {
  readonly status: number;
  readonly form: 'answer' | 'error' | 'in-band';
  /** Who gave the answer, or failed last. */
  readonly by: 'bad' | 'good';
  /** Calls of the faulty target and of the good one. */
  readonly bad: number;
  readonly good: number;
  /** How the log calls its end. */
  readonly ending: Meaning['ending'];
  /** How often the input of a call without an answer is charged beside what the last call costs. */
  readonly chargedInputs: number;
  /** A later request, after a few of these, asks the faulty target. */
  readonly asksAgain: boolean;
}

export function expectedOf({ way, mode, meaning }: Cell): Expected {
  const { remedy, status, ending, charged } = meaning;
  const isBacked = way !== 'single';
  const asksAgain = isBacked ? staysInTurn(meaning) : true;
  const bad = callsOfBad(meaning, isBacked);
  if (remedy === 'answer')
    return { status, form: 'answer', by: 'bad', bad, good: 0, ending, chargedInputs: 0, asksAgain };
  if (remedy === 'final' || remedy === 'in-band') {
    const form = remedy === 'final' ? 'error' : 'in-band';
    return { status, form, by: 'bad', bad, good: 0, ending, chargedInputs: 0, asksAgain };
  }
  const inputs = charged === 'input' ? bad : 0;
  if (isBacked)
    return {
      status: 200,
      form: 'answer',
      by: 'good',
      bad,
      good: 1,
      ending: 'complete',
      chargedInputs: inputs,
      asksAgain,
    };
  const isTold = mode === 'stream' && meaning.hasPreamble === true;
  return {
    status: isTold ? 200 : status,
    form: isTold ? 'in-band' : 'error',
    by: 'bad',
    bad,
    good: 0,
    ending,
    chargedInputs: inputs,
    asksAgain,
  };
}

function callsOfBad({ remedy, rests }: Meaning, isBacked: boolean): number {
  if (remedy === 'again') return 1 + RETRIES;
  if (remedy === 'next' && !isBacked && rests === undefined) return 1 + RETRIES;
  return 1;
}

const staysInTurn = ({ verdict, rests, marksCredential }: Meaning): boolean =>
  verdict !== 'failure' && rests === undefined && marksCredential !== true;
