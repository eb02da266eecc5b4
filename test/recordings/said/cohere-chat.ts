/** What an answer of Cohere's v2 chat says. */
import { readEvents } from '../sse-reader.ts';
import { Choice, type Finish, type Json, parsed, type Reader, type Said, usageOf } from './said.ts';

const FINISHES: Readonly<Record<string, Finish>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool-calls',
};

/** The answer that the events add up to. */
function addUp(bytes: Buffer): Json {
  const message: Json = { content: [], tool_plan: '', tool_calls: [] };
  const answer: Json = { message };
  for (const event of parsed(readEvents(bytes).map(({ data }) => data))) {
    const delta = event.delta?.message;
    if (event.type === 'content-start') message.content[event.index] = delta.content;
    if (event.type === 'content-delta') message.content[event.index].text += delta.content.text;
    if (event.type === 'tool-plan-delta') message.tool_plan += delta.tool_plan;
    if (event.type === 'tool-call-start') message.tool_calls[event.index] = delta.tool_calls;
    if (event.type === 'tool-call-delta') {
      message.tool_calls[event.index].function.arguments += delta.tool_calls.function.arguments;
    }
    if (event.type === 'message-end') Object.assign(answer, event.delta);
  }
  return answer;
}

/** `tokens` is what the model read and wrote; billed units leave Cohere's own prompt out (wire 60). */
function readUsage(usage: Json): Said['usage'] {
  if (usage?.tokens === undefined) return null;
  const { input_tokens: input, output_tokens: output, reasoning_tokens: reasoning } = usage.tokens;
  return usageOf({ input, output, cacheRead: usage.cached_tokens, reasoning });
}

function hear({ message, finish_reason: finish, usage }: Json): Said {
  const choice = new Choice();
  for (const { type, text, thinking } of message.content ?? []) {
    if (type === 'text') choice.text += text;
    if (type === 'thinking') choice.reasoning += thinking;
  }
  choice.reasoning += message.tool_plan ?? '';
  for (const { id, function: made } of message.tool_calls ?? []) {
    const call = choice.call(id);
    call.name = made.name;
    call.input = made.arguments ?? '';
  }
  choice.finish = finish === undefined ? null : (FINISHES[finish] ?? 'stop');
  const isComplete = choice.finish !== null;
  return { choices: [choice.said], usage: readUsage(usage), error: null, isComplete };
}

export const cohereChat: Reader = { answer: hear, stream: (bytes) => hear(addUp(bytes)) };
