/**
 * The codec of Bedrock's Converse form against every recorded answer, stream, error and request of it. What has to
 * come out is read from the recorded JSON in the plainest way, not by the codec. Recordings of InvokeModel, the older
 * interface, are not of this form.
 */
import { describe, expect, it } from 'vitest';
import { bedrockConverse } from '../../src/dialects/bedrock-converse/codec.ts';
import { FINISH_REASONS } from '../../src/dialects/bedrock-converse/stop-reasons.ts';
import type {
  CanonicalAnswer,
  CanonicalEvent,
  CanonicalRequest,
  Part,
  Turn,
} from '../../src/dialects/canonical.ts';
import { EventStreamCorrupt } from '../../src/streaming/aws-event-stream.ts';
import { aggregate } from '../support/aggregate.ts';
import { requestWith } from '../support/canonical.ts';
import { decodeStream as decodeAt } from '../support/codec-streams.ts';
import { byMeaning, itDecodesAlikeAtEverySize, itFindsRecordings, titled } from './codec-suite.ts';
import { areHere, casesOf, type Json, type ManifestCase, read, readJson } from './manifest.ts';

const cases = casesOf(({ provider, api }) => provider === 'aws-bedrock' && api.startsWith('converse'));
const isRefused = ({ status }: ManifestCase): boolean => (status ?? 200) >= 400;

const answers = titled(cases.filter((one) => !one.stream && !isRefused(one)));
const streams = titled(cases.filter(({ stream }) => stream));
const errors = titled(cases.filter(isRefused));
const requests = titled(cases.filter(({ files }) => files.request !== undefined));

const decodeStream = (bytes: Uint8Array, size: number): CanonicalEvent[] =>
  decodeAt(bedrockConverse, bytes, size, { contentType: 'application/vnd.amazon.eventstream' });

/** Every frame's event, read without checks. */
function eventsIn(bytes: Buffer): [name: string, payload: Json][] {
  const events: [string, Json][] = [];
  for (let at = 0; at < bytes.length; ) {
    const [total, headers] = [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
    const nameAt = bytes.indexOf(':event-type', at) + ':event-type'.length + 1; // behind the value's type
    const name = bytes.toString('utf8', nameAt + 2, nameAt + 2 + bytes.readUInt16BE(nameAt));
    const payload = bytes.toString('utf8', at + 12 + headers, at + total - 4);
    events.push([name, JSON.parse(payload)]);
    at += total;
  }
  return events;
}

/** The answer that the recorded events add up to, as Converse without streaming would have written it. */
function addUp(bytes: Buffer): Json {
  const blocks: Json[] = [];
  const answer: Json = { output: { message: { content: blocks } } };
  for (const [name, event] of eventsIn(bytes)) {
    const index = event.contentBlockIndex;
    if (name === 'contentBlockStart') blocks[index] = structuredClone(event.start);
    if (name === 'contentBlockDelta') {
      blocks[index] ??= {};
      const block = blocks[index];
      const { text, toolUse, toolResult, reasoningContent } = event.delta;
      if (text !== undefined) block.text = (block.text ?? '') + text;
      if (toolUse !== undefined) block.toolUse.input = (block.toolUse.input ?? '') + toolUse.input;
      if (toolResult !== undefined) block.toolResult.content = toolResult;
      if (reasoningContent !== undefined) addThought(block, reasoningContent);
    }
    if (name === 'messageStop') answer.stopReason = event.stopReason;
    if (name === 'metadata') Object.assign(answer, event);
  }
  for (const { toolUse } of blocks) {
    if (toolUse !== undefined) toolUse.input = JSON.parse(toolUse.input || '{}');
  }
  return answer;
}

function addThought(block: Json, { text, signature, redactedContent }: Json): void {
  block.reasoningContent ??= redactedContent === undefined ? { reasoningText: {} } : {};
  const thought = block.reasoningContent;
  if (redactedContent !== undefined) thought.redactedContent = redactedContent;
  if (text !== undefined) thought.reasoningText.text = (thought.reasoningText.text ?? '') + text;
  if (signature !== undefined) thought.reasoningText.signature = signature;
}

const pick = (parts: readonly Part[], type: Part['type']): Json[] =>
  parts.filter((part) => part.type === type);
const isServerSide = ({ toolUse, toolResult }: Json): boolean =>
  toolUse?.type === 'server_tool_use' || toolResult !== undefined;

/** Text, calls, thoughts, citations, opaque blocks, usage and ending as recorded. */
function expectAsRecorded(answer: CanonicalAnswer | null, recorded: Json): void {
  const [choice] = answer?.choices ?? [];
  if (answer === null || choice === undefined) throw new Error('there is no answer');
  const blocks: Json[] = recorded.output.message.content;
  const { parts } = choice;
  const textOf = ({ text, citationsContent }: Json): string =>
    text ?? (citationsContent?.content ?? []).map((piece: Json) => piece.text).join('');
  expect(
    pick(parts, 'text')
      .map(({ text }) => text)
      .join(''),
  ).toBe(blocks.map(textOf).join(''));
  expect(
    pick(parts, 'text').flatMap(({ citations = [] }) => citations.map(({ native }: Json) => native.value)),
  ).toEqual(blocks.flatMap(({ citationsContent }) => citationsContent?.citations ?? []));
  expect(pick(parts, 'tool-call').map(({ id, name, input }) => [id, name, JSON.parse(input)])).toEqual(
    blocks
      .filter((block) => block.toolUse !== undefined && !isServerSide(block))
      .map(({ toolUse }) => [toolUse.toolUseId, toolUse.name, toolUse.input]),
  );
  const isHidden = ({ reasoningContent }: Json): boolean =>
    reasoningContent?.reasoningText?.text === '[REDACTED].';
  expect(pick(parts, 'opaque').map(({ value }) => value)).toEqual(
    blocks.filter((block) => isServerSide(block) || isHidden(block)),
  );
  expect(
    pick(parts, 'reasoning').map(({ text, signature, redacted }) => [
      text,
      signature ?? (redacted === null ? null : Buffer.from(redacted).toString('base64')),
    ]),
  ).toEqual(
    blocks
      .filter((block) => block.reasoningContent !== undefined && !isHidden(block))
      .map(({ reasoningContent: { reasoningText, redactedContent } }) => [
        reasoningText?.text ?? '',
        reasoningText?.signature ?? redactedContent ?? null,
      ]),
  );
  expect(choice.nativeFinish).toBe(recorded.stopReason);
  expect(choice.finish).toBe(FINISH_REASONS[recorded.stopReason]);
  const { inputTokens, outputTokens, totalTokens } = recorded.usage;
  const { cacheReadInputTokens = 0, cacheWriteInputTokens = 0 } = recorded.usage;
  expect(answer.usage).toEqual({
    inputTokens: inputTokens + cacheReadInputTokens + cacheWriteInputTokens,
    outputTokens,
    cacheReadTokens: cacheReadInputTokens,
    cacheWriteTokens: cacheWriteInputTokens,
    reasoningTokens: 0,
    estimated: false,
  });
  expect((answer.usage?.inputTokens ?? 0) + outputTokens).toBe(totalTokens);
}

/** A recorded request in canonical words, as far as the recordings go; throws at what it does not know. */
function toCanonical(body: Json): CanonicalRequest {
  const known = [
    'messages',
    'system',
    'inferenceConfig',
    'toolConfig',
    'guardrailConfig',
    'additionalModelRequestFields',
    'outputConfig',
  ];
  const unknown = Object.keys(body).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`nobody reads ${unknown.join(', ')}`);
  const { stopSequences = [], ...inference } = body.inferenceConfig ?? {};
  if (Object.keys(inference).length > 0) throw new Error('nobody reads the inference parameters');
  const thinking = body.additionalModelRequestFields?.thinking;
  const format = body.outputConfig?.textFormat.structure.jsonSchema;
  const choice = body.toolConfig?.toolChoice;
  if (choice !== undefined && choice.any === undefined) throw new Error('nobody reads this choice');
  const systemTurn: Turn = { role: 'system', parts: (body.system ?? []).reduce(addBlock, []) };
  return requestWith({
    turns: [
      ...(systemTurn.parts.length > 0 ? [systemTurn] : []),
      ...body.messages.map(({ role, content }: Json) => ({ role, parts: content.reduce(addBlock, []) })),
    ],
    tools: (body.toolConfig?.tools ?? []).map(({ toolSpec, systemTool }: Json) =>
      toolSpec === undefined
        ? { kind: 'server', dialect: 'bedrock-converse', value: { systemTool } }
        : {
            kind: 'function',
            name: toolSpec.name,
            description: toolSpec.description ?? null,
            parameters: toolSpec.inputSchema.json,
            strict: null,
          },
    ),
    toolChoice: choice === undefined ? null : { kind: 'required' },
    stop: stopSequences,
    responseFormat:
      format === undefined
        ? null
        : {
            kind: 'schema',
            name: format.name,
            description: format.description ?? null,
            schema: JSON.parse(format.schema),
            strict: null,
          },
    reasoning:
      thinking === undefined ? null : { isEnabled: true, effort: null, budgetTokens: thinking.budget_tokens },
    extra: { 'bedrock-converse': { guardrailConfig: body.guardrailConfig ?? null } },
  });
}

function addBlock(parts: Part[], block: Json): Part[] {
  if (block.cachePoint !== undefined) {
    const marked = { ...parts.pop(), cacheMarker: { ttl: block.cachePoint.ttl ?? null } };
    return [...parts, marked as Part]; // a part and its marker
  }
  return [...parts, toPart(block)];
}

function toPart({ text, toolUse, toolResult, document }: Json): Part {
  if (text !== undefined) return { type: 'text', text };
  if (toolUse !== undefined) {
    const input = JSON.stringify(toolUse.input);
    return { type: 'tool-call', id: toolUse.toolUseId, name: toolUse.name, input, isCustom: false };
  }
  if (toolResult !== undefined) {
    const content = toolResult.content.reduce(addBlock, []);
    return { type: 'tool-result', callId: toolResult.toolUseId, name: null, content, isError: false };
  }
  if (document?.format !== 'pdf') throw new Error('nobody reads this block');
  return {
    type: 'file',
    source: { kind: 'inline', mediaType: 'application/pdf', data: document.source.bytes },
    name: document.name,
    extra: { 'bedrock-converse': { citations: document.citations } },
  };
}

/** Schemas in text compare by what they say; empty members say nothing; neighbours of one role are one message. */
function meaning(body: Json): Json {
  const clone = JSON.parse(JSON.stringify(body), (key, value) =>
    key === 'schema' && typeof value === 'string' ? JSON.parse(value) : value,
  );
  for (const [key, value] of Object.entries(clone)) {
    if (Object.keys(value as object).length === 0) delete clone[key];
  }
  const messages: Json[] = [];
  for (const { role, content } of clone.messages) {
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content });
  }
  clone.messages = messages;
  return clone;
}

itFindsRecordings([answers, 17], [streams, 10], [errors, 6], [requests, 12]);

if (areHere) {
  describe('answers', () => {
    it.each(answers)('%s decodes as recorded', (_, one) => {
      const recorded = readJson(one.files.response);
      expectAsRecorded(bedrockConverse.decodeAnswer(recorded), recorded);
    });
  });

  describe('streams', () => {
    itDecodesAlikeAtEverySize(streams, decodeStream);

    it.each(streams)('%s decodes as recorded', (_, one) => {
      const bytes = read(one.files.response);
      const { answer, unfinished, error, mistakes } = aggregate(decodeStream(bytes, 7));
      expect({ unfinished, error, mistakes }).toEqual({ unfinished: [], error: null, mistakes: [] });
      expectAsRecorded(answer, addUp(bytes));
    });

    it.each(streams)('%s says the same as the answer that its events add up to (trap C9)', (_, one) => {
      const bytes = read(one.files.response);
      const { answer } = aggregate(decodeStream(bytes, 0));
      const whole = bedrockConverse.decodeAnswer(addUp(bytes));
      expect(byMeaning(answer)).toEqual(byMeaning(whole));
    });

    it.each(streams)('%s never passes for whole when it breaks off', (_, one) => {
      const bytes = read(one.files.response);
      const end = bytes.indexOf('messageStop') - 1;
      for (const cut of [0, 1, 100, Math.floor(end / 2), end]) {
        const { answer, mistakes } = aggregate(decodeStream(bytes.subarray(0, cut), 64));
        expect([cut, answer?.choices ?? [], mistakes]).toEqual([cut, [], []]);
      }
    });

    it.each(streams)('%s is not taken with a wrong bit', (_, one) => {
      const bytes = read(one.files.response);
      for (let at = 3; at < bytes.length; at += 97) {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ 0x10;
        expect(() => decodeStream(damaged, 0)).toThrow(EventStreamCorrupt);
      }
    });
  });

  describe('errors', () => {
    it.each(errors)(
      '%s keeps its message, and its type without what follows the colon (wire 68)',
      (_, one) => {
        const recorded = readJson(one.files.response);
        const headers: Record<string, string> = one.files.meta ? readJson(one.files.meta).headers : {};
        const type = headers['x-amzn-errortype']?.split(':')[0] ?? null;
        expect(bedrockConverse.readError(recorded, new Headers(headers))).toEqual({
          message: recorded.message,
          type,
          param: null,
          code: type,
        });
        expect(bedrockConverse.decodeAnswer(recorded)).toBeNull();
      },
    );
  });

  describe('requests', () => {
    it.each(requests)('%s encodes to what was recorded', (_, one) => {
      const recorded = readJson(one.files.request ?? '');
      const { body, dropped } = bedrockConverse.encodeRequest(toCanonical(recorded), {
        model: one.model ?? '',
      });
      const encoded = meaning(body);
      // The clients that were recorded left the limit beside a thinking budget to luck.
      if (recorded.additionalModelRequestFields?.thinking !== undefined) {
        expect(encoded.inferenceConfig.maxTokens).toBeGreaterThan(1024);
        delete encoded.inferenceConfig;
      }
      expect(encoded).toEqual(meaning(recorded));
      expect(dropped).toEqual([]);
    });

    it.each(titled(cases))('%s has the recorded path', (_, one) => {
      const { pathname } = new URL((one.request?.url ?? '').replace('{region}', 'us-east-1'));
      const path = bedrockConverse.path({
        model: one.model ?? '',
        wantsStream: one.api === 'converse-stream',
      });
      expect(decodeURIComponent(path)).toBe(decodeURIComponent(pathname));
    });
  });
}
