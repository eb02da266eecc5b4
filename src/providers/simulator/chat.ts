/** `POST /v1/chat/completions`: content into the wire form of the OpenAI API, whole or in chunks. */

import type { Call } from './call.ts';
import { type ChatChoice, chatChoices } from './chat-choices.ts';
import { messagesOf, promptTokens } from './prompt.ts';
import { booleanField, wantsUsage } from './request.ts';
import type { Generation } from './script.ts';
import { toUsage } from './tokens.ts';

/** @throws Refusal 400 when the body is not a chat request. */
export function chatGeneration(call: Call): Generation {
  const { body } = call;
  const stream = booleanField(body, 'stream');
  const messages = messagesOf(body);
  const choices = chatChoices(body, messages, call.behaviour);
  const tokens = choices.reduce((sum, choice) => sum + choice.pieces.length, 0);
  const usage = toUsage(promptTokens(messages, body.tools), tokens);
  const withUsage = wantsUsage(body);

  const envelope = (object: string) => ({
    id: `chatcmpl-sim-${call.key}`,
    object,
    created: call.created,
    model: call.model,
    service_tier: 'default',
    system_fingerprint: 'fp_edgeway_simulator',
  });
  const chunk = (choice: object[], total: object | null = null) => ({
    ...envelope('chat.completion.chunk'),
    choices: choice,
    ...(withUsage ? { usage: total } : {}),
  });
  const delta = (index: number, value: object, finishReason: string | null = null) =>
    chunk([{ index, delta: value, logprobs: null, finish_reason: finishReason }]);

  return {
    stream,
    tokens,
    rounds: Math.max(...choices.map((choice) => choice.pieces.length)),
    whole: () => ({ ...envelope('chat.completion'), choices: choices.map(wholeChoice), usage }),
    opening: () =>
      choices.map(({ toolCalls }, index) =>
        delta(index, { role: 'assistant', content: toolCalls.length > 0 ? null : '', refusal: null }),
      ),
    round: (round) =>
      choices.flatMap(({ pieces }, index) => {
        const piece = pieces[round];
        return piece === undefined ? [] : [delta(index, piece)];
      }),
    closing: () => [
      ...choices.map(({ finishReason }, index) => delta(index, {}, finishReason)),
      ...(withUsage ? [chunk([], usage)] : []),
    ],
  };
}

function wholeChoice({ content, toolCalls, finishReason }: ChatChoice, index: number): object {
  const calls = toolCalls.map(({ id, name, arguments: text }) => ({
    id,
    type: 'function',
    function: { name, arguments: text },
  }));
  const message = {
    role: 'assistant',
    content,
    refusal: null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  return { index, message, logprobs: null, finish_reason: finishReason };
}
