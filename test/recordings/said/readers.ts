/** The reader of each wire form. */
import type { ChatRecording, Form } from '../recording.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { bedrockConverse } from './bedrock-converse.ts';
import { cohereChat } from './cohere-chat.ts';
import { gemini } from './gemini.ts';
import { ollamaChat } from './ollama-chat.ts';
import { openAiChat, openAiChatWithoutFinish } from './openai-chat.ts';
import { openAiResponses } from './openai-responses.ts';
import type { Reader, Said } from './said.ts';

export const READERS: Readonly<Record<Form, Reader>> = {
  'openai-chat': openAiChat,
  'openai-responses': openAiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
  'bedrock-converse': bedrockConverse,
  'cohere-chat': cohereChat,
  'ollama-chat': ollamaChat,
};

/** Vendors that never send a finish reason: wire 47. */
const VENDORS_WITHOUT_FINISH_REASON = ['snowflake'];

/** What the first `length` bytes of a recording say. `byRow`: they come from a provider that the catalogue knows. */
export function hear(
  { form, vendor, kind, bytes }: ChatRecording,
  byRow: boolean,
  length = bytes.length,
): Said {
  if (kind !== 'stream') return READERS[form].answer(JSON.parse(bytes.toString()));
  const endsByDone = byRow && VENDORS_WITHOUT_FINISH_REASON.includes(vendor);
  return (endsByDone ? openAiChatWithoutFinish : READERS[form]).stream(bytes.subarray(0, length));
}
