/** What the choices of a chat answer hold: text, JSON or tool calls, cut where the request says. */
import { answerText, type CutText, cutText } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import { jsonInstance } from './json-instance.ts';
import { NoInstance } from './json-schema.ts';
import { lastUserText } from './prompt.ts';
import { invalidField } from './refusal.ts';
import { integerField, type JsonObject, stopSequences, toObject } from './request.ts';
import { splitTokens } from './tokens.ts';
import { type ToolCall, toolCalls } from './tool-choice.ts';

/** The largest `n` that is answered. */
const MAX_CHOICES = 8;

export interface ChatChoice {
  /** `null` when tools are called. */
  readonly content: string | null;
  readonly toolCalls: readonly ToolCall[];
  /** Deltas of a stream, one for each token; together they are the content or the calls. */
  readonly pieces: readonly object[];
  readonly finishReason: string;
}

/** @throws Refusal 400 naming the field that cannot be answered. */
export function chatChoices(body: JsonObject, messages: JsonObject[], behaviour: Behaviour): ChatChoice[] {
  const choices = integerField(body, 'n', 1, MAX_CHOICES) ?? 1;
  const maxTokens = maxTokensOf(body);
  const stop = stopSequences(body);
  const calls = toolCalls(body, messages);
  const json = calls.length === 0 ? jsonAnswer(body.response_format) : undefined;
  return Array.from({ length: choices }, (_, choice) => {
    if (calls.length > 0) return callChoice(withChoice(calls, choice), maxTokens, behaviour);
    const options = { question: lastUserText(messages), choice, choices, tokens: behaviour.answer_tokens };
    return textChoice(cutText(json ?? answerText(options), maxTokens, stop), behaviour);
  });
}

function maxTokensOf(body: JsonObject): number {
  const newer = integerField(body, 'max_completion_tokens', 1, Number.MAX_SAFE_INTEGER);
  return newer ?? integerField(body, 'max_tokens', 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY;
}

function textChoice({ pieces, finishReason }: CutText, behaviour: Behaviour): ChatChoice {
  return {
    content: pieces.join(''),
    toolCalls: [],
    pieces: pieces.map((content) => ({ content })),
    finishReason: behaviour.finish_reason ?? finishReason,
  };
}

/** Ids differ between choices. */
const withChoice = (calls: ToolCall[], choice: number): ToolCall[] =>
  choice === 0 ? calls : calls.map((call) => ({ ...call, id: `${call.id}_${choice}` }));

function callChoice(calls: ToolCall[], maxTokens: number, behaviour: Behaviour): ChatChoice {
  const kept: ToolCall[] = [];
  const pieces: object[] = [];
  let cut = false;
  for (const [index, call] of calls.entries()) {
    const tokens = splitTokens(call.arguments);
    const said = tokens.slice(0, maxTokens - pieces.length);
    cut ||= said.length < tokens.length;
    if (said.length === 0) break;
    kept.push({ ...call, arguments: said.join('') });
    pieces.push(...said.map((text, position) => callDelta(call, index, text, position === 0)));
  }
  const finishReason = behaviour.finish_reason ?? (cut ? 'length' : 'tool_calls');
  return { content: null, toolCalls: kept, pieces, finishReason };
}

/** The first delta of a call also says which call it is. */
function callDelta({ id, name }: ToolCall, index: number, text: string, first: boolean): object {
  const call = first
    ? { index, id, type: 'function', function: { name, arguments: text } }
    : { index, function: { arguments: text } };
  return { tool_calls: [call] };
}

/** The answer for a `response_format` of JSON, as text; `undefined` where plain text is wanted. */
function jsonAnswer(format: unknown): string | undefined {
  const { type, json_schema } = toObject(format);
  if (type !== 'json_object' && type !== 'json_schema') return undefined;
  const { schema } = toObject(json_schema);
  if (type === 'json_object' || schema === undefined) {
    return JSON.stringify({ answer: 'Hello from the Edgeway simulator!', model_called: false });
  }
  try {
    return JSON.stringify(jsonInstance(schema));
  } catch (error) {
    if (!(error instanceof NoInstance)) throw error;
    throw invalidField(
      'response_format',
      `The simulator cannot make an answer for this schema: ${error.message}.`,
    );
  }
}
