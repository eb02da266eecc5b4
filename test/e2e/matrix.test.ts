/**
 * Every door before every upstream form, over what a client can ask for: the vendors' own clients on one side, strict
 * stand-ins of the vendors (`stand-ins.test.ts` judges them) on the other. `exceptions.ts` holds what is refused.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CELLS } from '../support/matrix/cells.ts';
import { DOORS } from '../support/matrix/doors.ts';
import { type Matrix, startMatrix } from '../support/matrix/pair.ts';
import { hasSpecs, SPECS_DIR } from '../support/openapi.ts';
import { FORM_IDS } from '../support/stand-ins/stand-ins.ts';

vi.setConfig({ maxConcurrency: 8 });

let matrix: Matrix;
beforeAll(async () => {
  matrix = await startMatrix();
});
afterAll(() => matrix.stop());

for (const door of DOORS) {
  for (const form of FORM_IDS) {
    describe.concurrent(`${door.id} before ${form}`, () => {
      for (const cell of CELLS) {
        const pair = { door, form, isSameForm: door.id === form };
        if (cell.leavesOut?.(pair) != null) continue;
        it(cell.name, () => cell.run(matrix.pair(door, form)));
      }
    });
  }
}

if (!hasSpecs()) {
  it(`validated no answer by OpenAI’s document: ${SPECS_DIR} has none (set SPECS_DIR)`, () => {
    console.warn(`matrix: nothing was validated, ${SPECS_DIR} has no openai.openapi.json`);
    expect(hasSpecs()).toBe(false);
  });
}
