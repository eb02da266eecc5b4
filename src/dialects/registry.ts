/** Every wire form, by its id. */
import type { DialectId } from '../providers/provider-row.ts';
import { anthropicMessages } from './anthropic-messages/codec.ts';
import { bedrockConverse } from './bedrock-converse/codec.ts';
import type { DoorCodec, UpstreamCodec } from './codec.ts';
import { cohereChat } from './cohere-chat/codec.ts';
import { gemini } from './gemini/codec.ts';
import { ollamaChat } from './ollama-chat/codec.ts';
import { openaiChat } from './openai-chat/codec.ts';
import { openaiResponses } from './openai-responses/codec.ts';
import type { DoorDialect } from './routes.ts';

export const UPSTREAM_CODECS: Readonly<Record<DialectId, UpstreamCodec>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
  'bedrock-converse': bedrockConverse,
  'cohere-chat': cohereChat,
  'ollama-chat': ollamaChat,
};

export const DOOR_CODECS: Readonly<Record<DoorDialect, DoorCodec>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
};
