/** What an answer of OpenAI's chat form says; its imitators' words too. */
import { toLoggedUsage } from '../oracle.ts';
import { readEvents } from '../sse-reader.ts';
import { Choice, type Finish, type Json, parsed, type Reader, type Said } from './said.ts';

const FINISHES: Readonly<Record<string, Finish>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  eos: 'stop',
  eos_token: 'stop',
  max_tokens: 'length',
};

class Reading {
  readonly #choices = new Map<number, Choice>();
  #usage: Said['usage'] = null;
  error: Json = null;
  isDone = false;

  read(chunk: Json, member: 'message' | 'delta'): void {
    const usage = toLoggedUsage(chunk.usage) ?? toLoggedUsage(chunk.x_groq?.usage);
    if (usage !== null) this.#usage = { reasoning_tokens: 0, ...usage };
    for (const [place, choice] of (chunk.choices ?? []).entries()) {
      const index = choice.index ?? place;
      const said = this.#choices.get(index) ?? new Choice();
      this.#choices.set(index, said);
      addMessage(said, choice[member] ?? {});
      const reason = choice.finish_reason || choice.finish_details?.type;
      if (reason) said.finish ??= FINISHES[reason] ?? 'stop';
    }
  }

  /** `doneIsEnd`: the vendor never sends a finish reason (wire 47). */
  said(isWhole: boolean): Said {
    const choices = [...this.#choices].sort(([a], [b]) => a - b).map(([, choice]) => choice);
    if (isWhole) for (const choice of choices) choice.finish ??= 'stop';
    return {
      choices: choices.map(({ said }) => said),
      usage: this.#usage,
      error: this.error,
      isComplete: this.error === null && choices.length > 0 && choices.every(({ finish }) => finish !== null),
    };
  }
}

function addMessage(said: Choice, message: Json): void {
  const { content } = message;
  for (const piece of typeof content === 'string' ? [{ text: content }] : (content ?? [])) {
    if (piece.thinking === undefined) said.text += piece.text ?? '';
    else for (const { text } of piece.thinking) said.reasoning += text ?? '';
  }
  said.refusal += message.refusal ?? '';
  said.reasoning += message.reasoning_content ?? message.reasoning ?? '';
  for (const [place, call] of (message.tool_calls ?? []).entries()) {
    const made = call.custom ?? call.function ?? {};
    const known = said.call(call.index ?? place);
    known.name ||= made.name ?? '';
    const input = made.arguments ?? made.input ?? '';
    known.input += typeof input === 'string' ? input : JSON.stringify(input);
    if (call.custom !== undefined) known.isCustom = true;
  }
}

export const openAiChat: Reader = {
  answer(body) {
    const reading = new Reading();
    reading.read(body, 'message');
    return reading.said(true);
  },
  stream(bytes) {
    const reading = new Reading();
    const events = readEvents(bytes);
    for (const { name, data } of events) {
      const [chunk] = parsed([data]);
      if (chunk === undefined) continue;
      if (name === 'error' || chunk.error) {
        reading.error = chunk.error ?? chunk;
        break;
      }
      reading.read(chunk, 'delta');
    }
    return reading.said(false);
  },
};

/** Of a vendor that never sends a finish reason: `[DONE]` is the end. */
export const openAiChatWithoutFinish: Reader = {
  ...openAiChat,
  stream(bytes) {
    const said = openAiChat.stream(bytes);
    if (!bytes.toString('latin1').includes('data: [DONE]')) return said;
    const choices = said.choices.map((choice) => ({ ...choice, finish: choice.finish ?? 'stop' }));
    return { ...said, choices, isComplete: true };
  },
};
