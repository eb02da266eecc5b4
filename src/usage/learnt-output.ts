/**
 * What answers turn out to use, by key and model, so that a request that states no limit reserves what is usual for it.
 * Kept in the isolate, bounded, and forgotten when nobody asks: a lost memory costs a less good estimate and nothing else.
 */
import { IsolateCache } from '../isolate-cache.ts';
import { DecayingHistogram } from './decaying-histogram.ts';
import type { RequestEstimate, Usage } from './usage.ts';

/** Key and model pairs. Some three hundred bytes each. */
const MAX_PAIRS = 2000;
const REMEMBERED_MS = 3_600_000;
/** Nineteen of twenty answers use no more. */
const QUANTILE = 0.95;
/** Fewer say little: until then, the larger of the default and what was seen counts. */
const ENOUGH = 8;
/** A provider that tells nonsense must not make its requests impossible. */
const MAX_EXPECTED = 131_072;
/** Input is told in thousandths of the estimate, so that one histogram serves both. */
const RATIO_SCALE = 1000;
const MIN_INPUT_FACTOR = 0.5;
const MAX_INPUT_FACTOR = 8;

interface Learnt {
  /** Tokens of one choice. */
  readonly output: DecayingHistogram;
  /** Real by estimated input. */
  readonly inputRatio: DecayingHistogram;
}

/** What had been reckoned for the request whose usage is told. */
type Reckoned = Pick<RequestEstimate, 'inputTokens' | 'outputLimit' | 'choices'>;

export class LearntOutput {
  /** By key Ledger and `provider/model`. */
  readonly #learnt: IsolateCache<Learnt>;

  constructor(now: () => number) {
    this.#learnt = new IsolateCache({ maxEntries: MAX_PAIRS, ttlMs: REMEMBERED_MS, now });
  }

  /**
   * A complete answer used so much; estimates are not learnt from. With `reckoned`, answers that were cut off by the request's
   * own limit do not count as usual ones, and the input is compared with what had been estimated.
   */
  note(keyLedger: string, model: string, usage: Usage, reckoned: Reckoned | null = null): void {
    if (usage.estimated) return;
    const name = nameOf(keyLedger, model);
    const learnt = this.#learnt.get(name) ?? {
      output: new DecayingHistogram(),
      inputRatio: new DecayingHistogram(),
    };
    if (reckoned === null || reckoned.outputLimit === null)
      learnt.output.add(usage.outputTokens / Math.max(1, reckoned?.choices ?? 1));
    if (reckoned !== null)
      learnt.inputRatio.add((usage.inputTokens / Math.max(1, reckoned.inputTokens)) * RATIO_SCALE);
    this.#learnt.set(name, learnt); // anew: what is used is not forgotten
  }

  /** Tokens of output that a request without a limit of its own is reckoned at, over all its choices. */
  expectedOutput(keyLedger: string, model: string, defaultTokens: number, choices = 1): number {
    const output = this.#learnt.get(nameOf(keyLedger, model))?.output;
    const usual = Math.min(output?.quantile(QUANTILE) ?? 0, MAX_EXPECTED);
    const isEnough = output !== undefined && output.count >= ENOUGH;
    return (isEnough ? Math.max(1, usual) : Math.max(defaultTokens, usual)) * Math.max(1, choices);
  }

  /** How much input such requests turned out to have for each token that was estimated; 1 until that is known. */
  inputFactor(keyLedger: string, model: string): number {
    const ratio = this.#learnt.get(nameOf(keyLedger, model))?.inputRatio;
    if (ratio === undefined || ratio.count < ENOUGH) return 1;
    const factor = ratio.quantile(QUANTILE) / RATIO_SCALE;
    return Math.min(Math.max(factor, MIN_INPUT_FACTOR), MAX_INPUT_FACTOR);
  }
}

/** Neither holds a line break. */
const nameOf = (keyLedger: string, model: string): string => `${keyLedger}\n${model}`;
