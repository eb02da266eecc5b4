/** Which targets go on with an assistant turn that a request ends with, and how they are told to. */
import { claudeTraitsOf } from '../../dialects/claude/model-traits.ts';
import type { Target } from '../exchange.ts';

type Asked = Pick<Target, 'provider' | 'model' | 'continues'>;

/** The operator knows best; else as the vendor's row, or its form, says. */
export function continuesTurns({ provider, model, continues }: Asked): boolean {
  const { continuing, baseUrl } = provider;
  if (continues !== null) return continues;
  switch (continuing.kind) {
    case 'always':
      return true;
    case 'as-claude':
      return claudeTraitsOf(model).continuesTurns;
    case 'marked':
      return continuing.below === undefined || baseUrl.endsWith(continuing.below);
    case 'never':
      return false;
  }
}

/** The member that marks the turn, in OpenAI's form; `null`: none is needed. */
export const markOf = ({ provider: { continuing } }: Asked): string | null =>
  continuing.kind === 'marked' ? continuing.mark : null;
