/** The choice among tools, asked about. */
import type { ToolChoice } from '../canonical.ts';

/** The model has to call a tool. */
export const isForced = (choice: ToolChoice | null): boolean =>
  choice?.kind === 'required' ||
  choice?.kind === 'named' ||
  (choice?.kind === 'allowed' && choice.mode === 'required');

/** The only ones that may be called; `null` for all. Forms without a word for it get only these tools. */
export const allowedNames = (choice: ToolChoice | null): readonly string[] | null =>
  choice?.kind === 'allowed' ? choice.names : null;
