/** What is wrong with a condition, and where. Thrown inside this folder only: `compileCondition` tells it as a text. */

/** Words are suggested up to this length, so that the comparison stays cheap. */
const LONGEST_WORD = 40;

export class ConditionMistake extends Error {
  /** `at`: index of the character. */
  constructor(message: string, at: number) {
    super(`${message} (at character ${at + 1})`);
  }
}

/** `; did you mean …?`, or nothing where no known word is near. */
export function suggestion(word: string, known: readonly string[]): string {
  if (word.length > LONGEST_WORD) return '';
  const most = Math.max(1, Math.floor(word.length / 3));
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return nearest === undefined ? '' : `; did you mean \`${nearest.candidate}\`?`;
}

/** Letters put in, left out or replaced. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 1; at <= from.length; at += 1) {
    const next = [at];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (from[at - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
