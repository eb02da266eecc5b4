/** What a response of OpenAI's Responses says. */
import { toLoggedUsage } from '../oracle.ts';
import { readEvents } from '../sse-reader.ts';
import { Choice, type Finish, type Json, parsed, type Reader, type Said } from './said.ts';

function usageOf(response: Json): Said['usage'] {
  const told = response?.usage;
  const usage = toLoggedUsage({
    ...told,
    prompt_tokens_details: told?.input_tokens_details,
    completion_tokens_details: told?.output_tokens_details,
  });
  return usage === null ? null : { reasoning_tokens: 0, ...usage };
}

function finishOf({ status, incomplete_details: why }: Json): Finish {
  if (status !== 'incomplete') return 'stop';
  return why?.reason === 'content_filter' ? 'content-filter' : 'length';
}

function addItem(choice: Choice, item: Json): void {
  switch (item.type) {
    case 'message':
      for (const content of item.content) {
        const { type, text, refusal } = content ?? {}; // some count contents through the whole response
        if (type === 'output_text') choice.text += text;
        if (type === 'refusal') choice.refusal += refusal;
      }
      break;
    case 'reasoning':
      for (const { text } of [...(item.summary ?? []), ...(item.content ?? [])]) choice.reasoning += text;
      break;
    case 'function_call':
    case 'custom_tool_call': {
      const call = choice.call(item);
      call.name = item.name;
      call.input = item.arguments ?? item.input ?? '';
      call.isCustom = item.type === 'custom_tool_call';
    }
  }
}

function sayOutput(output: readonly Json[], finish: Finish | null): Said['choices'] {
  const choice = new Choice();
  for (const item of output) if (item !== undefined) addItem(choice, item);
  choice.finish = finish;
  return [choice.said];
}

/** Items as their own events tell them, by `output_index`: ids may change from event to event (wire 29). */
class Items {
  readonly #byIndex: Json[] = [];

  read(event: Json): void {
    const { type, output_index: index, item, delta } = event;
    if (index === undefined) return;
    if (type === 'response.output_item.added') this.#byIndex[index] ??= structuredClone(item);
    if (type === 'response.output_item.done') this.#byIndex[index] = item;
    const known = this.#byIndex[index];
    switch (type) {
      case 'response.output_text.delta':
        this.#content(event, 'output_text').text += delta;
        break;
      case 'response.refusal.delta':
        this.#content(event, 'refusal').refusal += delta;
        break;
      case 'response.reasoning_summary_text.delta':
        addThought(known, 'summary', event.summary_index, delta);
        break;
      case 'response.reasoning_text.delta':
        addThought(known, 'content', event.content_index, delta);
        break;
      case 'response.function_call_arguments.delta':
        known.arguments = (known.arguments ?? '') + delta;
        break;
      case 'response.custom_tool_call_input.delta':
        known.input = (known.input ?? '') + delta;
    }
  }

  get all(): readonly Json[] {
    return this.#byIndex;
  }

  #content({ output_index: index, content_index: place }: Json, type: string): Json {
    this.#byIndex[index] ??= { type: 'message', content: [] }; // the stream began behind it (wire 30)
    const { content } = this.#byIndex[index];
    content[place] ??= { type, text: '', refusal: '' };
    return content[place];
  }
}

function addThought(item: Json, member: 'summary' | 'content', place: number, delta: string): void {
  item[member] ??= [];
  item[member][place] ??= { text: '' };
  item[member][place].text += delta;
}

const isError = (name: string | null, { type }: Json): boolean =>
  name === 'error' || type === 'error' || type === 'response.failed';

export const openAiResponses: Reader = {
  answer: (body) => ({
    choices: sayOutput(body.output, finishOf(body)),
    usage: usageOf(body),
    error: body.error ?? null,
    isComplete: true,
  }),
  stream(bytes) {
    const items = new Items();
    for (const { name, data } of readEvents(bytes)) {
      const [event] = parsed([data]);
      if (event === undefined) continue;
      if (isError(name, event)) {
        const error = event.response?.error ?? event.error ?? event;
        return { choices: sayOutput(items.all, null), usage: null, error, isComplete: false };
      }
      if (/^response\.(completed|incomplete)$/.test(event.type ?? name)) {
        const { response } = event;
        const choices = sayOutput(items.all, finishOf(response));
        return { choices, usage: usageOf(response), error: null, isComplete: true };
      }
      items.read(event);
    }
    return { choices: sayOutput(items.all, null), usage: null, error: null, isComplete: false };
  },
};
