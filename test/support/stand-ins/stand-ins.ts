/** All stand-ins, one a wire form, in this process. */
import { anthropicMessages } from './anthropic-messages.ts';
import { bedrockConverse } from './bedrock-converse.ts';
import { cohereChat } from './cohere-chat.ts';
import { gemini } from './gemini.ts';
import { ollamaChat } from './ollama-chat.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiResponses } from './openai-responses.ts';
import { type StandIn, startStandIn } from './server.ts';

export const FORMS = {
  'openai-chat': openAiChat,
  'openai-responses': openAiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
  'bedrock-converse': bedrockConverse,
  'cohere-chat': cohereChat,
  'ollama-chat': ollamaChat,
} as const;
export type FormId = keyof typeof FORMS;
export const FORM_IDS = Object.keys(FORMS) as FormId[]; // the keys are the type

export interface StandIns {
  readonly by: Readonly<Record<FormId, StandIn>>;
  stop(): Promise<void>;
}

export async function startStandIns(): Promise<StandIns> {
  const started = await Promise.all(FORM_IDS.map(async (id) => [id, await startStandIn(FORMS[id])] as const));
  return {
    by: Object.fromEntries(started) as Record<FormId, StandIn>, // one for each id
    stop: async () => {
      await Promise.all(started.map(([, one]) => one.stop()));
    },
  };
}
