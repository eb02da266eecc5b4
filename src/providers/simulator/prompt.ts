/** Reading the conversation of a chat request: the text in it, and what the user said last. */
import { invalidField } from './refusal.ts';
import { isObject, isString, type JsonObject, toObject } from './request.ts';
import { countTokens } from './tokens.ts';

/** @throws Refusal 400 unless `messages` is an array of objects with a role, and not empty. */
export function messagesOf(body: JsonObject): JsonObject[] {
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalidField('messages', '"messages" must be an array with at least one message.');
  }
  const bad = messages.findIndex((message) => !isObject(message) || !isString(message.role));
  if (bad >= 0) throw invalidField(`messages.${bad}`, 'A message must be an object with a "role".');
  return messages;
}

/** The text of the last user message, parts joined by spaces; `''` when there is none. */
export function lastUserText(messages: readonly JsonObject[]): string {
  return textsOf(messages.findLast((message) => message.role === 'user')?.content).join(' ');
}

/** Tokens of all text in the messages, and of `tools` as JSON. Images, audio and files count nothing. */
export function promptTokens(messages: readonly JsonObject[], tools: unknown): number {
  const texts = messages.flatMap((message) => textsOf(message.content));
  if (Array.isArray(tools) && tools.length > 0) texts.push(JSON.stringify(tools));
  return texts.reduce((sum, text) => sum + countTokens(text), 0);
}

function textsOf(content: unknown): string[] {
  if (isString(content)) return [content];
  return Array.isArray(content) ? content.map((part) => toObject(part).text).filter(isString) : [];
}
