/**
 * What a model of this form takes, by its id: the API refuses with 400 what the model does not know.
 *
 * - Thinking: a budget for Gemini 2.5, a level since Gemini 3, never both. Sources:
 *   https://ai.google.dev/gemini-api/docs/thinking, https://ai.google.dev/gemini-api/docs/gemini-3
 * - Thought signatures of function calls are checked, and media may stand inside function responses, since Gemini 3.
 *   Sources: https://ai.google.dev/gemini-api/docs/thought-signatures, .../function-calling
 *
 * Names without a number (`gemini-flash-latest`) are the newest. Ids without `gemini` (Gemma, tuned models) are taken
 * for plain ones.
 */
export interface ModelTraits {
  readonly thinking: 'none' | 'budget' | 'level';
  /** `thinkingBudget`, in tokens. `canBeOff`: 0 is allowed. */
  readonly budget: { readonly min: number; readonly max: number; readonly canBeOff: boolean };
  /** `thinkingLevel`, from little to much. */
  readonly levels: readonly string[];
  readonly checksSignatures: boolean;
  readonly takesMediaInResults: boolean;
}

const NEWEST = 99;

export function traitsOf(model: string): ModelTraits {
  const version = geminiVersion(model);
  const isPro = /pro/i.test(model);
  return {
    thinking: version >= 3 ? 'level' : version >= 2.5 ? 'budget' : 'none',
    budget: isPro
      ? { min: 128, max: 32_768, canBeOff: false }
      : { min: /lite/i.test(model) ? 512 : 1, max: 24_576, canBeOff: true },
    levels: levelsOf(version, isPro),
    checksSignatures: version >= 3,
    takesMediaInResults: version >= 3,
  };
}

/** Gemini 3 Pro knows two levels, 3.1 Pro added one; Flash has all four. */
function levelsOf(version: number, isPro: boolean): readonly string[] {
  if (!isPro) return ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];
  return version < 3.1 ? ['LOW', 'HIGH'] : ['LOW', 'MEDIUM', 'HIGH'];
}

function geminiVersion(model: string): number {
  const found = /gemini(?:-(\d+(?:\.\d+)?))?/i.exec(model);
  if (found === null) return 0;
  return found[1] === undefined ? NEWEST : Number(found[1]);
}
