/** The four doors: how each is asked, how its answers and errors look, and what it cannot say. */
import { expect } from 'vitest';
import type { ChatRecording, Form } from './recording.ts';
import { READERS } from './said/readers.ts';
import type { Finish, Json, Reader, Said, SaidChoice } from './said/said.ts';
import { MARK } from './stand.ts';

export interface DoorForm {
  readonly form: Form;
  readonly reader: Reader;
  path(model: string, stream: boolean): string;
  /** A question that wants to see usage and thinking, with `MARK` in its text. */
  ask(model: string, stream: boolean): object;
  /** Checks the shape of an error answer; returns the message. */
  readError(body: Json, status: number): string;
  /** `said` as far as this door can say it. */
  show(said: Said): Said;
}

const some = expect.stringMatching(/./);

function readOpenAiError(body: Json): string {
  expect(Object.keys(body)).toEqual(['error']);
  expect(body.error).toMatchObject({ message: some, type: some, code: some });
  expect(body.error).toHaveProperty('param');
  return body.error.message;
}

/** Custom tools have free text, which other forms wrap as `{input}`. */
const wrapCustom = (choice: SaidChoice): SaidChoice => ({
  ...choice,
  calls: choice.calls.map((call) =>
    call.isCustom ? { ...call, args: { input: call.args }, isCustom: false } : call,
  ),
});

const asText = (choice: SaidChoice): SaidChoice => ({
  ...choice,
  text: choice.text + choice.refusal,
  refusal: '',
});

const ending =
  (words: Partial<Record<Finish, Finish>>) =>
  (choice: SaidChoice): SaidChoice => ({
    ...choice,
    finish: choice.finish === null ? null : (words[choice.finish] ?? choice.finish),
  });

const showUsage = (usage: Said['usage'], change: Record<string, number> = {}): Said['usage'] =>
  usage === null ? null : { ...usage, ...change };

const count = (usage: Said['usage'], name: string): number => Number(usage?.[name] ?? 0);

const openAiChat: DoorForm = {
  form: 'openai-chat',
  reader: READERS['openai-chat'],
  path: () => '/v1/chat/completions',
  ask: (model, stream) => ({
    model,
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    messages: [{ role: 'user', content: MARK }],
  }),
  readError: readOpenAiError,
  show: (said) => ({ ...said, choices: said.choices.map(ending({ pause: 'stop' })) }),
};

const openAiResponses: DoorForm = {
  form: 'openai-responses',
  reader: READERS['openai-responses'],
  path: () => '/v1/responses',
  ask: (model, stream) => ({ model, stream, input: MARK }),
  readError: readOpenAiError,
  show: (said) => ({ ...said, choices: said.choices.slice(0, 1).map(ending({ pause: 'stop' })) }),
};

const anthropicMessages: DoorForm = {
  form: 'anthropic-messages',
  reader: READERS['anthropic-messages'],
  path: () => '/v1/messages',
  ask: (model, stream) => ({ model, stream, max_tokens: 500, messages: [{ role: 'user', content: MARK }] }),
  readError(body) {
    expect(body).toMatchObject({ type: 'error', error: { type: some, message: some }, request_id: some });
    return body.error.message;
  },
  show(said) {
    // Input leaves the cache out, and cannot be less than nothing (wire 61).
    const cached = count(said.usage, 'cache_read_tokens') + count(said.usage, 'cache_write_tokens');
    const input = Math.max(count(said.usage, 'input_tokens'), cached);
    const choices = said.choices.slice(0, 1).map((choice) => {
      const refuses = choice.refusal !== '' && choice.finish === 'stop';
      return asText(wrapCustom({ ...choice, finish: refuses ? 'content-filter' : choice.finish }));
    });
    return { ...said, choices, usage: showUsage(said.usage, { input_tokens: input }) };
  },
};

const gemini: DoorForm = {
  form: 'gemini',
  reader: READERS.gemini,
  path: (model, stream) =>
    `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  ask: () => ({
    contents: [{ role: 'user', parts: [{ text: MARK }] }],
    generationConfig: { thinkingConfig: { includeThoughts: true } },
  }),
  readError(body, status) {
    expect(body).toMatchObject({ error: { code: status, message: some, status: some } });
    return body.error.message;
  },
  show: (said) => ({
    ...said,
    // A paused turn is `OTHER` here, one of the words for answers that nobody gets.
    choices: said.choices.map((one) => asText(wrapCustom(ending({ pause: 'content-filter' })(one)))),
    usage: showUsage(said.usage, { cache_write_tokens: 0 }), // no place for them
  }),
};

export const DOORS: readonly DoorForm[] = [openAiChat, openAiResponses, anthropicMessages, gemini];

export function doorOf({ form }: Pick<ChatRecording, 'form'>): DoorForm | null {
  return DOORS.find((door) => door.form === form) ?? null;
}
