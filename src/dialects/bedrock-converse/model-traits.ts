/**
 * What a model behind Converse takes, by the family that its id names: Converse refuses with 400 what the model does
 * not know. Only differences that are known stand here; anything else goes up, and Bedrock says what it thinks of it.
 *
 * - System prompts and tools: https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html
 * - Forced tools: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html,
 *   https://docs.aws.amazon.com/nova/latest/userguide/tool-choice.html, strands-agents/harness-sdk#1241 (Llama),
 *   langchain-ai/langchain-aws (DeepSeek, Mistral)
 * - Cache points: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
 * - Reasoning: https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html,
 *   anomalyco/opencode#48195 (GPT and gpt-oss), aws-samples/bedrock-chat#851 (DeepSeek takes none back)
 */

import type { Signer } from '../canonical.ts';
import { claudeTraitsOf } from '../claude/model-traits.ts';

export interface ModelTraits {
  /** How it is told to think: Claude's `thinking`, Nova's `reasoningConfig`, an effort by itself or in an object. */
  readonly reasoning: 'claude' | 'nova' | 'reasoning_effort' | 'reasoning.effort' | 'none';
  /** Whose thoughts it takes back; nobody else's would pass. */
  readonly takesThoughtsOf: Signer | null;
  readonly hasSystemPrompt: boolean;
  readonly hasTools: boolean;
  readonly forcedChoices: readonly ('any' | 'tool')[];
  /** `strict` of a tool. */
  readonly hasStrictTools: boolean;
  /** `status` of a tool's result. */
  readonly hasResultStatus: boolean;
  readonly cachePoints: 'everywhere' | 'not-in-tools' | 'none';
  /** Where `top_k` goes among the additional fields. */
  readonly topK: 'top_k' | 'inferenceConfig.topK' | null;
}

const PLAIN: ModelTraits = {
  reasoning: 'none',
  takesThoughtsOf: null,
  hasSystemPrompt: true,
  hasTools: true,
  forcedChoices: ['any', 'tool'],
  hasStrictTools: false,
  hasResultStatus: false,
  cachePoints: 'none',
  topK: null,
};
const CLAUDE: Partial<ModelTraits> = {
  reasoning: 'claude',
  takesThoughtsOf: 'anthropic',
  hasResultStatus: true,
  cachePoints: 'everywhere',
  topK: 'top_k',
};
const NOVA: Partial<ModelTraits> = {
  hasResultStatus: true,
  cachePoints: 'not-in-tools',
  topK: 'inferenceConfig.topK',
};
const WITHOUT_TOOLS: Partial<ModelTraits> = { hasTools: false };
const BARE: Partial<ModelTraits> = { hasTools: false, hasSystemPrompt: false };

/** The first row with a beginning of the model's name counts. */
const FAMILIES: readonly (readonly [beginnings: readonly string[], traits: Partial<ModelTraits>])[] = [
  [['anthropic.claude'], CLAUDE],
  [['amazon.nova-2'], { ...NOVA, reasoning: 'nova' }],
  [['amazon.nova'], NOVA],
  [['amazon.titan'], BARE],
  [['openai.gpt-oss'], { reasoning: 'reasoning_effort' }],
  // Its thoughts come encrypted, and Bedrock takes its own back.
  [['openai.'], { reasoning: 'reasoning.effort', takesThoughtsOf: 'amazon' }],
  [['moonshot.', 'moonshotai.'], { reasoning: 'reasoning_effort' }],
  [['meta.llama3-2-1b', 'meta.llama3-2-3b'], WITHOUT_TOOLS],
  [['meta.llama3-1', 'meta.llama3-2', 'meta.llama3-3', 'meta.llama4'], { forcedChoices: [] }],
  [['meta.llama'], WITHOUT_TOOLS],
  [['mistral.mistral-7b', 'mistral.mixtral'], { ...BARE, topK: 'top_k' }],
  [['mistral.mistral-large', 'deepseek.v3-v1'], { forcedChoices: ['any'] }],
  [['mistral.mistral-small'], { forcedChoices: [] }],
  [['deepseek.r1'], WITHOUT_TOOLS],
];

export function traitsOf(model: string): ModelTraits {
  const name = nameOf(model);
  const row = FAMILIES.find(([beginnings]) => beginnings.some((beginning) => name.startsWith(beginning)));
  return { ...PLAIN, ...row?.[1], hasStrictTools: hasStrictTools(name) };
}

/** `us.amazon.nova-pro-v1:0`, also at the end of an ARN, is `amazon.nova-pro-v1:0`. */
function nameOf(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  return name.replace(/^(?:us|us-gov|eu|apac|amer|sa|ca|jp|au|in|global)\./, '');
}

/** Claude since 4.5. https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html */
function hasStrictTools(name: string): boolean {
  if (!name.startsWith('anthropic.claude')) return false;
  const { thinking } = claudeTraitsOf(name);
  return thinking === 'either' || thinking === 'adaptive' || name.includes('-4-5');
}
