/** What a message of Anthropic's form says. */
import { readEvents } from '../sse-reader.ts';
import {
  Choice,
  type Finish,
  type Json,
  parseArgs,
  parsed,
  type Reader,
  type Said,
  usageOf,
} from './said.ts';

const FINISHES: Readonly<Record<string, Finish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  compaction: 'pause',
  refusal: 'content-filter',
};

/** What compaction and fallbacks used stands in `iterations` only (wire 59); input leaves the cache out (wire 55). */
function readUsage(usage: Json): Said['usage'] {
  if (usage?.input_tokens === undefined) return null;
  const entries: Json[] = usage.iterations ?? [usage];
  const sum = (name: string): number => entries.reduce((so, entry) => so + (entry[name] ?? 0), 0);
  const cacheRead = sum('cache_read_input_tokens');
  const cacheWrite = sum('cache_creation_input_tokens');
  return usageOf({
    input: sum('input_tokens') + cacheRead + cacheWrite,
    output: sum('output_tokens'),
    cacheRead,
    cacheWrite,
    reasoning: usage.output_tokens_details?.thinking_tokens,
  });
}

/** Calls that the model's own code made were answered within the turn: they are nobody's to answer. */
const isOpen = ({ caller }: Json): boolean => caller === undefined || caller.type === 'direct';

function readMessage(message: Json): Said['choices'] {
  const choice = new Choice();
  for (const block of message.content) {
    if (block.type === 'text') choice.text += block.text;
    if (block.type === 'thinking') choice.reasoning += block.thinking;
    if (block.type === 'tool_use' && isOpen(block)) {
      const call = choice.call(block);
      call.name = block.name;
      call.input = JSON.stringify(block.input);
    }
  }
  choice.finish = message.stop_reason ? (FINISHES[message.stop_reason] ?? 'stop') : null;
  return [choice.said];
}

/** The message that the events add up to, as Anthropic's SDK would put it together. */
function addUp(events: readonly Json[]): Json {
  let message: Json = null;
  const inputs: string[] = [];
  for (const event of events) {
    const block = message?.content[event.index];
    if (event.type === 'message_start') message = { ...event.message, content: [] };
    if (event.type === 'content_block_start') {
      message.content[event.index] = structuredClone(event.content_block);
      inputs[event.index] = '';
    }
    const { delta } = event;
    if (delta?.type === 'text_delta') block.text += delta.text;
    if (delta?.type === 'thinking_delta') block.thinking += delta.thinking;
    if (delta?.type === 'input_json_delta') inputs[event.index] += delta.partial_json;
    if (event.type === 'content_block_stop' && inputs[event.index] !== '') {
      block.input = parseArgs(inputs[event.index] ?? '');
    }
    if (event.type === 'message_delta') {
      Object.assign(message, delta);
      Object.assign(message.usage, event.usage);
    }
  }
  return message;
}

export const anthropicMessages: Reader = {
  answer: (body) => ({
    choices: readMessage(body),
    usage: readUsage(body.usage),
    error: null,
    isComplete: true,
  }),
  stream(bytes) {
    const events = parsed(readEvents(bytes).map(({ data }) => data));
    const errorAt = events.findIndex(({ type }) => type === 'error');
    const counted = errorAt === -1 ? events : events.slice(0, errorAt);
    const message = addUp(counted);
    return {
      choices: message === null ? [] : readMessage(message),
      usage: readUsage(message?.usage),
      error: errorAt === -1 ? null : events[errorAt].error,
      isComplete: counted.some(({ type }) => type === 'message_stop'),
    };
  },
};
