/**
 * What a model of this form takes, by its id: the API refuses with 400 what the model does not know.
 *
 * - Thinking: `budget` from Claude 3.7 to 4.5, `either` for 4.6, `adaptive` from 4.7. Source:
 *   https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking, .../extended-thinking.
 * - Sampling: "Models released after Claude Opus 4.6" take no `top_k`, no `temperature` but 1, no `top_p` below 0.99;
 *   since Opus 4.1 not both of `temperature` and `top_p`. Source: the parameters' pages in
 *   https://platform.claude.com/docs/en/api/messages and BerriAI/litellm#15097.
 * - An assistant turn at the end of the request: gone on with before 4.6, refused with 400 since. Source:
 *   https://platform.claude.com/docs/en/about-claude/models/migration-guide, strands-agents/sdk-python#1694.
 *
 * Ids of other clouds (`us.anthropic.claude-…-v1:0`, `claude-…@20250514`) hold the same words. Ids without `claude` are
 * other vendors' models behind this form: they get the plain, older fields, which those take or ignore.
 */
export interface ClaudeTraits {
  readonly thinking: 'none' | 'budget' | 'either' | 'adaptive';
  /** `thinking: {type: 'disabled'}` is refused. */
  readonly alwaysThinks: boolean;
  readonly efforts: readonly string[];
  readonly sampling: 'free' | 'one-of-two' | 'fixed';
  /** It goes on with the assistant turn that a request ends with. */
  readonly continuesTurns: boolean;
  /** For requests that name no limit: the form requires one. */
  readonly defaultMaxTokens: number;
}

/** Every model since Claude 3.7 can write this much; a client that names no limit expects not to be cut. */
const DEFAULT_MAX_TOKENS = 32_000;
/** The most that Claude 3 and unknown models can write for certain. */
const SMALL_DEFAULT_MAX_TOKENS = 4096;
const NEWEST = 99;

export function claudeTraitsOf(model: string): ClaudeTraits {
  const version = claudeVersion(model);
  if (version === null || version < 3.07) {
    return {
      thinking: version === null ? 'budget' : 'none',
      alwaysThinks: false,
      efforts: [],
      sampling: 'free',
      continuesTurns: version !== null,
      defaultMaxTokens: SMALL_DEFAULT_MAX_TOKENS,
    };
  }
  return {
    thinking: version >= 4.07 ? 'adaptive' : version >= 4.06 ? 'either' : 'budget',
    alwaysThinks: /fable|mythos|opus-5[-.]5/.test(model),
    efforts: effortsOf(model, version),
    sampling: version >= 4.07 ? 'fixed' : version >= 4.01 ? 'one-of-two' : 'free',
    continuesTurns: version < 4.06,
    defaultMaxTokens: DEFAULT_MAX_TOKENS,
  };
}

/** The first was Opus 4.5. `xhigh` came with Opus 4.7; `max` with Opus 4.6, and not for Sonnet 4.6. */
function effortsOf(model: string, version: number): readonly string[] {
  const efforts = ['low', 'medium', 'high'];
  if (version >= 4.07) return [...efforts, 'xhigh', 'max'];
  if (version >= 4.06) return model.includes('opus') ? [...efforts, 'max'] : efforts;
  return version >= 4.05 && model.includes('opus') ? efforts : [];
}

/** `claude-opus-4-7` is 4.07; a name without a number is the newest; `null` if it is no Claude. */
function claudeVersion(model: string): number | null {
  if (!/claude/i.test(model)) return null;
  const found = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/i.exec(model);
  if (found === null) return NEWEST;
  return Number(found[1]) + Number(found[2] ?? 0) / 100;
}
