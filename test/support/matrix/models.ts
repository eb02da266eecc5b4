/** Models of each upstream form, as stand-ins tell them apart: which think, and which see. */
import type { FormId } from '../stand-ins/stand-ins.ts';

export interface Models {
  /** The ordinary one. */
  readonly plain: string;
  readonly thinking: string;
  readonly seeing: string;
}

const one = (model: string): Models => ({ plain: model, thinking: model, seeing: model });

export const MODELS: Readonly<Record<FormId, Models>> = {
  'openai-chat': { ...one('gpt-4.1'), thinking: 'gpt-5.2' },
  'openai-responses': { ...one('gpt-4.1'), thinking: 'gpt-5.2' },
  'anthropic-messages': one('claude-sonnet-4-5'),
  gemini: one('gemini-3-flash-preview'),
  'bedrock-converse': one('eu.anthropic.claude-sonnet-4-5-20250929-v1:0'),
  'cohere-chat': {
    plain: 'command-a-03-2025',
    thinking: 'command-a-reasoning-08-2025',
    seeing: 'command-a-vision-07-2025',
  },
  'ollama-chat': one('qwen3.6'),
};
