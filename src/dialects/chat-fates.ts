/** What becomes of each field of a chat request, in every form that providers speak. */
import type { DialectId } from '../providers/provider-row.ts';
import { ANTHROPIC_MESSAGES_FIELDS } from './anthropic-messages/fields.ts';
import { BEDROCK_CONVERSE_FIELDS, BEDROCK_CONVERSE_NATIVE_FIELDS } from './bedrock-converse/fields.ts';
import { COHERE_CHAT_FIELDS, COHERE_CHAT_NATIVE_FIELDS } from './cohere-chat/fields.ts';
import type { FieldFates } from './field-fate.ts';
import { GEMINI_FIELDS } from './gemini/fields.ts';
import { OLLAMA_CHAT_FIELDS, OLLAMA_CHAT_NATIVE_FIELDS } from './ollama-chat/fields.ts';
import { OPENAI_CHAT_FIELDS } from './openai-chat/fields.ts';
import { OPENAI_RESPONSES_FIELDS } from './openai-responses/fields.ts';
import type { RequestField } from './request-fields.ts';

export const CHAT_FATES: Readonly<Record<DialectId, FieldFates<RequestField>>> = {
  'openai-chat': OPENAI_CHAT_FIELDS,
  'openai-responses': OPENAI_RESPONSES_FIELDS,
  'anthropic-messages': ANTHROPIC_MESSAGES_FIELDS,
  gemini: GEMINI_FIELDS,
  'bedrock-converse': BEDROCK_CONVERSE_FIELDS,
  'cohere-chat': COHERE_CHAT_FIELDS,
  'ollama-chat': OLLAMA_CHAT_FIELDS,
};

/** Fields that only one form has, and that clients of any form may send to it. */
export const NATIVE_FATES: Readonly<Partial<Record<DialectId, FieldFates>>> = {
  'bedrock-converse': BEDROCK_CONVERSE_NATIVE_FIELDS,
  'cohere-chat': COHERE_CHAT_NATIVE_FIELDS,
  'ollama-chat': OLLAMA_CHAT_NATIVE_FIELDS,
};
