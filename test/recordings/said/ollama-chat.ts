/** What an answer of Ollama's native form says. */
import { Choice, type Json, parsed, type Reader, type Said, usageOf } from './said.ts';

function hear(lines: readonly Json[]): Said {
  const choice = new Choice();
  const last = lines.at(-1) ?? {};
  for (const { message } of lines) {
    choice.text += message?.content ?? '';
    choice.reasoning += message?.thinking ?? '';
    for (const { function: made } of message?.tool_calls ?? []) {
      const call = choice.call(choice.calls.size);
      call.name = made.name;
      call.input = JSON.stringify(made.arguments);
    }
  }
  if (last.done === true) choice.finish = last.done_reason === 'length' ? 'length' : 'stop';
  const { prompt_eval_count: input, eval_count: output } = last;
  return {
    choices: [choice.said],
    usage: output === undefined ? null : usageOf({ input, output }),
    error: null,
    isComplete: last.done === true,
  };
}

export const ollamaChat: Reader = {
  answer: (body) => hear([body]),
  stream: (bytes) => hear(parsed(bytes.toString().split('\n'))),
};
