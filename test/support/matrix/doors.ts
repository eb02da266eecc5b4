/** All doors. */
import { anthropicDoor } from './anthropic-door.ts';
import type { Door } from './door.ts';
import { geminiDoor } from './gemini-door.ts';
import { openAiChatDoor } from './openai-chat-door.ts';
import { openAiResponsesDoor } from './openai-responses-door.ts';

export const DOORS: readonly Door[] = [openAiChatDoor, openAiResponsesDoor, anthropicDoor, geminiDoor];
