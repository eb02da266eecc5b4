/**
 * What a pair cannot do, all of it: instead of the answer, the cell expects the 400 that `docs/api.md` promises, which
 * names the field. Everything that is not here has to work.
 */
import type { FormId } from '../stand-ins/stand-ins.ts';

export type Exceptional = 'forced tool' | 'required tool' | 'PDF' | 'stop sequence';

export const REFUSED: Readonly<Record<Exceptional, Partial<Record<FormId, RegExp>>>> = {
  'forced tool': { 'ollama-chat': /tool_?choice|toolConfig/i },
  'required tool': { 'ollama-chat': /tool_?choice|toolConfig/i },
  PDF: {
    'cohere-chat': /messages|input|content|file/i,
    'ollama-chat': /messages|input|content|file/i,
  },
  'stop sequence': { 'openai-responses': /stop/i },
};

/** How a form ends where its model will not answer: with a word for it, with OpenAI's refusal, or like any other. */
export const REFUSES_BY: Readonly<Record<FormId, 'filter' | 'refusal' | 'text'>> = {
  'openai-chat': 'refusal',
  'openai-responses': 'refusal',
  'anthropic-messages': 'filter',
  gemini: 'filter',
  'bedrock-converse': 'filter',
  'cohere-chat': 'text',
  'ollama-chat': 'text',
};

/** Forms that say which stop sequence ended the answer. */
export const TELLS_STOP_SEQUENCE: readonly FormId[] = ['anthropic-messages', 'bedrock-converse'];

/** How many proofs of thought a form issues for a thought and a call behind it. */
export const PROOFS: Readonly<Record<FormId, number>> = {
  'openai-chat': 0,
  'openai-responses': 1,
  'anthropic-messages': 1,
  gemini: 1,
  'bedrock-converse': 1,
  'cohere-chat': 0,
  'ollama-chat': 0,
};

/**
 * Where nobody sees what the model thought: OpenAI's chat form never shows it, and its Responses only to clients that
 * ask for a summary, which clients of the chat form cannot.
 */
export const hidesThoughts = (door: string, form: FormId): boolean =>
  form === 'openai-chat' || (form === 'openai-responses' && door === 'openai-chat');

/** Forms that can hide a thought from everybody but themselves. */
export const HIDES_AT_WILL: readonly FormId[] = [
  'anthropic-messages',
  'bedrock-converse',
  'openai-responses',
];

/** The status of a provider that is overloaded, which travels on. */
export const OVERLOADED: Readonly<Record<FormId, number>> = {
  'openai-chat': 503,
  'openai-responses': 503,
  'anthropic-messages': 529,
  gemini: 503,
  'bedrock-converse': 503,
  'cohere-chat': 503,
  'ollama-chat': 503,
};

/** Forms whose vendor says how long to wait. */
export const TELLS_RETRY: readonly FormId[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'cohere-chat',
];
