/** Interleaved rounds: A B A B …, so that what else the machine does falls on all contenders alike. */
import type { Contender } from './contenders.ts';
import type { Measured } from './lab.ts';
import type { Goal, Row } from './row.ts';
import { median } from './statistics.ts';

type Round = ReadonlyMap<Contender, Measured>;

export async function runRounds(
  count: number,
  contenders: readonly Contender[],
  measure: (contender: Contender) => Promise<Measured>,
): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < count; round += 1) {
    const results = new Map<Contender, Measured>();
    for (const contender of contenders) results.set(contender, await measure(contender));
    rounds.push(results);
  }
  return rounds;
}

/**
 * The figures are medians over the rounds; ratio and difference are medians of the rounds' own, because a round's
 * neighbours suffered the same noise. With `direct` in the rounds, `figure` is what a contender adds to it.
 * `against`: who stands in the bare Worker's column.
 */
export function compare(
  rounds: readonly Round[],
  contender: Contender,
  figure: (measured: Measured) => number,
  row: { readonly name: string; readonly unit: string; readonly goal: Goal | null },
  against: Contender = 'bare',
): Row {
  const ofRound = (round: Round, one: Contender) => {
    const direct = round.get('direct');
    const measured = round.get(one);
    if (measured === undefined) throw new Error(`${one} was not measured`);
    return figure(measured) - (direct === undefined ? 0 : figure(direct));
  };
  const bare = rounds.map((round) => ofRound(round, against));
  const gateway = rounds.map((round) => ofRound(round, contender));
  return {
    ...row,
    bare: median(bare),
    gateway: median(gateway),
    ratio: median(gateway.map((value, index) => value / (bare[index] ?? Number.NaN))),
    difference: median(gateway.map((value, index) => value - (bare[index] ?? Number.NaN))),
  };
}
