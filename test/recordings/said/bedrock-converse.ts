/** What an answer of Bedrock's Converse says. */
import { Choice, type Finish, type Json, type Reader, type Said, usageOf } from './said.ts';

const FINISHES: Readonly<Record<string, Finish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  guardrail_intervened: 'content-filter',
  content_filtered: 'content-filter',
};

/** Whole frames of a binary event stream, read without checks: name and payload. */
function framesIn(bytes: Buffer): [name: string, payload: Json][] {
  const frames: [string, Json][] = [];
  for (let at = 0; at + 12 <= bytes.length; ) {
    const [total, headers] = [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
    if (at + total > bytes.length) break;
    const nameAt = bytes.indexOf(':event-type', at) + ':event-type'.length + 1; // behind the value's type
    const name = bytes.toString('utf8', nameAt + 2, nameAt + 2 + bytes.readUInt16BE(nameAt));
    frames.push([name, JSON.parse(bytes.toString('utf8', at + 12 + headers, at + total - 4))]);
    at += total;
  }
  return frames;
}

/** The answer as Converse without streaming would have written it. */
function addUp(frames: readonly [string, Json][]): Json {
  const blocks: Json[] = [];
  const answer: Json = { output: { message: { content: blocks } }, stopReason: null };
  for (const [name, event] of frames) {
    const index = event.contentBlockIndex;
    if (name === 'contentBlockStart') blocks[index] = structuredClone(event.start);
    if (name === 'contentBlockDelta') {
      blocks[index] ??= {};
      const block = blocks[index];
      const { text, toolUse, reasoningContent } = event.delta;
      if (text !== undefined) block.text = (block.text ?? '') + text;
      if (toolUse !== undefined) block.toolUse.input = (block.toolUse.input ?? '') + toolUse.input;
      if (reasoningContent?.text !== undefined) {
        block.reasoningContent ??= { reasoningText: { text: '' } };
        block.reasoningContent.reasoningText.text += reasoningContent.text;
      }
    }
    if (name === 'messageStop') answer.stopReason = event.stopReason;
    if (name === 'metadata') answer.usage = event.usage;
  }
  return answer;
}

function readUsage(usage: Json): Said['usage'] {
  if (usage === undefined) return null;
  const { inputTokens, outputTokens, cacheReadInputTokens = 0, cacheWriteInputTokens = 0 } = usage;
  return usageOf({
    input: inputTokens + cacheReadInputTokens + cacheWriteInputTokens,
    output: outputTokens,
    cacheRead: cacheReadInputTokens,
    cacheWrite: cacheWriteInputTokens,
  });
}

function hear({ output, stopReason, usage }: Json): Said {
  const choice = new Choice();
  for (const { text, citationsContent, toolUse, reasoningContent } of output.message.content) {
    choice.text += text ?? '';
    for (const cited of citationsContent?.content ?? []) choice.text += cited.text; // wire 16
    const thought = reasoningContent?.reasoningText?.text ?? '';
    if (thought !== '[REDACTED].') choice.reasoning += thought; // wire 80
    if (toolUse === undefined || toolUse.type === 'server_tool_use') continue; // wire 43
    const call = choice.call(toolUse.toolUseId);
    call.name = toolUse.name;
    call.input = typeof toolUse.input === 'string' ? toolUse.input : JSON.stringify(toolUse.input ?? {});
  }
  choice.finish = stopReason === null ? null : (FINISHES[stopReason] ?? 'stop');
  const isComplete = choice.finish !== null;
  return { choices: [choice.said], usage: readUsage(usage), error: null, isComplete };
}

export const bedrockConverse: Reader = { answer: hear, stream: (bytes) => hear(addUp(framesIn(bytes))) };
