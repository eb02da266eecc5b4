/**
 * Where LiteLLM's provider prefixes lead: https://docs.litellm.ai/docs/providers. What stands before the first slash of
 * `litellm_params.model`, or in `custom_llm_provider`.
 */

import { matchesAnyGlob } from '../../../glob.ts';
import { CATALOGUE } from '../../../providers/catalogue.ts';
import { lookUp } from './values.ts';

const ROWS: Readonly<Record<string, string>> = {
  'text-completion-openai': 'openai',
  azure: 'azure-openai',
  azure_text: 'azure-openai',
  azure_ai: 'azure-foundry',
  anthropic_text: 'anthropic',
  cohere_chat: 'cohere',
  vertex_ai: 'vertex',
  vertex_ai_beta: 'vertex',
  bedrock_converse: 'bedrock',
  bedrock_mantle: 'bedrock-mantle',
  volcengine: 'volcengine-ark',
  jina_ai: 'jina',
  together_ai: 'together',
  fireworks_ai: 'fireworks',
  vercel_ai_gateway: 'vercel-ai-gateway',
  github: 'github-models',
  nvidia_nim: 'nvidia-nim',
  lambda_ai: 'lambda',
  featherless_ai: 'featherless',
  friendliai: 'friendli',
  cloudflare: 'cloudflare-workers-ai',
  ollama: 'ollama-native',
  ollama_chat: 'ollama-native',
  lm_studio: 'lm-studio',
  hosted_vllm: 'vllm',
};

/** Prefixes for "anything that speaks OpenAI's form at this address". */
const COMPATIBLE = [
  'openai',
  'openai_like',
  'custom_openai',
  'litellm_proxy',
  'llamafile',
  'xinference',
  'oobabooga',
];

export const isCompatible = (prefix: string): boolean => COMPATIBLE.includes(prefix);

/** The catalogue row of a prefix; LiteLLM and the catalogue often agree on the name. */
export function rowOfPrefix(prefix: string): string | undefined {
  const named = lookUp(ROWS, prefix) ?? prefix;
  return CATALOGUE.some(({ id }) => id === named) ? named : undefined;
}

export interface SplitModel {
  readonly prefix: string;
  readonly model: string;
}

/**
 * `azure/my-deployment` → `azure`, `my-deployment`. Without a prefix LiteLLM knows the model by name, and so does the
 * catalogue; `undefined` if it does not.
 */
export function splitModel(text: string, customProvider: string | undefined): SplitModel | undefined {
  const slash = text.indexOf('/');
  const prefix = slash === -1 ? '' : text.slice(0, slash);
  if (customProvider !== undefined)
    return { prefix: customProvider, model: prefix === customProvider ? text.slice(slash + 1) : text };
  if (slash > 0) return { prefix, model: text.slice(slash + 1) };
  const row = CATALOGUE.find(({ serves }) => matchesAnyGlob(serves, text));
  return row === undefined ? undefined : { prefix: row.id, model: text };
}
