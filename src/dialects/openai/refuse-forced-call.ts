import type { ToolChoice } from '../canonical.ts';
import { refuse } from '../shape.ts';

/** For requests of which no tool is left. Throws `InvalidRequest`; softer choices ask for nothing then. */
export function refuseForcedCall(choice: ToolChoice | null): void {
  const isForced =
    choice?.kind === 'required' ||
    choice?.kind === 'named' ||
    (choice?.kind === 'allowed' && choice.mode === 'required');
  if (isForced) refuse('tool_choice', "asks for a call, and the model's provider has none of the tools");
}
