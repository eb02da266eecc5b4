/** `auto`: small models for simple requests, larger ones for hard ones. Targets stand from the smallest to the largest. */
import type { ModelEntry } from '../../config/schema.ts';
import type { Arm } from '../arm.ts';
import { difficultyOf } from '../difficulty.ts';
import { ascending, type Order } from './order.ts';

export const byDifficulty: Order = ({ entry, arms }, question) => {
  const { score, because } = difficultyOf(question.shape());
  const band = bandOf(score, entry);
  // The one that was meant, then ever larger ones, then ever smaller ones.
  const distance = ({ place }: Arm): number =>
    place >= band ? place - band : entry.targets.length + band - place;
  return ascending([...arms], distance).map((arm) => {
    if (arm.place === band) return { arm, reason: `auto: difficulty ${score.toFixed(2)}, ${because}` };
    return { arm, reason: arm.place > band ? 'auto: larger' : 'auto: smaller' };
  });
};

/** Where nothing is said, all bands are equally wide. */
function bandOf(score: number, { auto, targets }: ModelEntry): number {
  const { length } = targets;
  const thresholds = auto?.thresholds;
  if (thresholds === undefined) return Math.min(length - 1, Math.floor(score * length));
  return thresholds.filter((threshold) => score >= threshold).length;
}
