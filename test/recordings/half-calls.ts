/** Tool calls in a stream that broke off: one that was not recorded to its end must not look as if it could be run. */
import { expect } from 'vitest';
import type { Form } from './recording.ts';
import { type Json, parsed, type Said } from './said/said.ts';
import { readEvents } from './sse-reader.ts';

/** `whole`: what the stream would have said to its end, as the door shows it. */
export function expectNoHalfCalls(form: Form, bytes: Buffer, whole: Said, label: string): void {
  const calls = whole.choices.flatMap(({ calls: some }) => some);
  for (const [place, { name, input }] of runnableCalls(form, bytes).entries()) {
    const { args, isCustom } = calls[place] ?? { args: undefined, isCustom: false };
    expect({ name, args: isCustom ? input : asJson(input) }, label).toEqual({
      name: calls[place]?.name,
      args,
    });
  }
}

interface ToldCall {
  readonly name: string;
  readonly input: string;
}

/** Calls that the form has said to be whole; where it never says so, those that parse. */
function runnableCalls(form: Form, bytes: Buffer): readonly ToldCall[] {
  const events = parsed(readEvents(bytes).map(({ data }) => data));
  switch (form) {
    case 'openai-chat':
      return chatCalls(events).filter(({ input }) => asJson(input) !== undefined);
    case 'openai-responses':
      return events
        .filter(({ type }) => /^response\.(function_call_arguments|custom_tool_call_input)\.done$/.test(type))
        .map((event) => ({ name: itemName(events, event), input: event.arguments ?? event.input }));
    case 'anthropic-messages':
      return closedBlocks(events);
    default:
      return events
        .flatMap(({ candidates = [] }) => candidates.flatMap(({ content }: Json) => content?.parts ?? []))
        .filter(({ functionCall }: Json) => functionCall !== undefined)
        .map(({ functionCall: { name, args } }: Json) => ({ name, input: JSON.stringify(args) }));
  }
}

const itemName = (events: readonly Json[], { output_index: index }: Json): string =>
  events.find((one) => one.type === 'response.output_item.added' && one.output_index === index)?.item.name;

function chatCalls(chunks: readonly Json[]): ToldCall[] {
  const calls: { name: string; input: string }[] = [];
  const deltas = chunks.flatMap(({ choices = [] }) =>
    choices.flatMap(({ delta }: Json) => delta.tool_calls ?? []),
  );
  for (const { index, function: made, custom } of deltas) {
    const told = made ?? custom ?? {};
    calls[index] ??= { name: told.name, input: '' };
    calls[index].input += told.arguments ?? told.input ?? '';
  }
  return calls;
}

function closedBlocks(events: readonly Json[]): ToldCall[] {
  const isClosed = ({ index }: Json): boolean =>
    events.some((one) => one.type === 'content_block_stop' && one.index === index);
  return events
    .filter((one) => one.content_block?.type === 'tool_use' && isClosed(one))
    .map(({ index, content_block: { name } }) => {
      const deltas = events.filter((one) => one.type === 'content_block_delta' && one.index === index);
      return { name, input: deltas.map(({ delta }) => delta.partial_json).join('') || '{}' };
    });
}

/** `undefined`: it does not parse. */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
