/**
 * What OpenAI's own models take, by their ids: the API refuses with 400 what the model does not know.
 *
 * - Limits: models of the generations that reason refuse `max_tokens`. Source:
 *   https://developers.openai.com/api/docs/guides/reasoning.
 * - Efforts: those that the API names where it refuses another. Sources: the models' pages below
 *   https://developers.openai.com/api/docs/models, anomalyco/opencode#26268, and the table in
 *   https://community.openai.com/t/1371738. Newer models than these are taken for the newest of them.
 * - Tools: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning.
 *
 * Hosts of these models write more around the id: `openai/gpt-5`, `us.openai.gpt-5.6-sol`, `openai-gpt-5`.
 */
export interface OpenaiTraits {
  /** Takes `max_completion_tokens` only. */
  readonly needsNewLimit: boolean;
  /** How hard it can be told to think, the least first. None: it does not think, or not as it is told. */
  readonly efforts: readonly string[];
  /** Takes function tools in the Responses form only, unless it is told not to think. */
  readonly toolsNeedResponses: boolean;
}

/** `null` for models of other vendors: `gpt-oss` is run by anybody, and each says for itself what it takes. */
export function openaiTraitsOf(model: string): OpenaiTraits | null {
  const name = nameOf(model);
  if (/^(?:o[1-9]|codex)(?![^-:@])/.test(name)) {
    const efforts = /^o1-(?:mini|preview)/.test(name) ? [] : LOW_TO_HIGH;
    return { needsNewLimit: true, efforts, toolsNeedResponses: false };
  }
  if (/^(?:chatgpt|gpt-audio)(?![^-:@])/.test(name)) return DOES_NOT_THINK;
  const found = /^gpt-(\d+)(?:\.(\d+))?/.exec(name);
  if (found === null) return null;
  const version = Number(found[1]) + Number(found[2] ?? 0) / 100; // 5.10 comes after 5.9
  if (version < 5 || found[1] === '35') return DOES_NOT_THINK; // Azure's `gpt-35-turbo`
  const efforts = effortsOf(version, name.slice(found[0].length));
  return { needsNewLimit: true, efforts, toolsNeedResponses: version >= 5.06 };
}

const LOW_TO_HIGH = ['low', 'medium', 'high'];
const DOES_NOT_THINK: OpenaiTraits = { needsNewLimit: false, efforts: [], toolsNeedResponses: false };

/** The last segment of a path, in lowercase, without what hosts and fine-tuning put before it. */
const nameOf = (model: string): string =>
  model
    .slice(model.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/^(?:ft:|(?:[a-z-]+\.)?openai[.-])/, '');

/** `variant`: what stands behind the version. */
function effortsOf(version: number, variant: string): readonly string[] {
  const words = variant.split('-');
  if (words.includes('search')) return [];
  if (words.includes('chat')) return version === 5 ? [] : ['medium'];
  if (words.includes('pro')) return version === 5 ? ['high'] : ['medium', 'high', 'xhigh'];
  if (words.includes('codex')) {
    return version >= 5.02 || words.includes('max') ? [...LOW_TO_HIGH, 'xhigh'] : LOW_TO_HIGH;
  }
  if (version === 5) return ['minimal', ...LOW_TO_HIGH];
  const alwaysThinks = words.includes('astra') || (words.includes('sol') && version >= 6.01);
  return [
    ...(alwaysThinks ? [] : ['none']),
    ...LOW_TO_HIGH,
    ...(version >= 5.02 ? ['xhigh'] : []),
    ...(version >= 5.06 ? ['max'] : []),
  ];
}
