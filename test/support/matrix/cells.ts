/** All claims of the matrix. */
import type { Cell } from './cell.ts';
import { CONVERSATION_CELLS } from './conversation-cells.ts';
import { ENDING_CELLS } from './ending-cells.ts';
import { FAILURE_CELLS } from './failure-cells.ts';
import { REASONING_CELLS } from './reasoning-cells.ts';
import { TOOL_CELLS } from './tool-cells.ts';

export const CELLS: readonly Cell[] = [
  ...CONVERSATION_CELLS,
  ...TOOL_CELLS,
  ...REASONING_CELLS,
  ...ENDING_CELLS,
  ...FAILURE_CELLS,
];
