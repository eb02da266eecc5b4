/**
 * The codec of Gemini's form against every recorded answer, stream, error and request of it, from the Developer API
 * and from Vertex. What has to come out is read from the recorded JSON in the plainest way, not by the codec.
 */
import { describe, expect, it } from 'vitest';
import type { CanonicalAnswer, CanonicalEvent, JsonObject, Part } from '../../src/dialects/canonical.ts';
import { decodeCountRequest, gemini } from '../../src/dialects/gemini/codec.ts';
import { GeminiStreamObserver } from '../../src/dialects/gemini/stream-observer.ts';
import { aggregate } from '../support/aggregate.ts';
import { decodeStream as decodeAt, encodeStream, observeStream } from '../support/codec-streams.ts';
import { byMeaning, isError, itDecodesAlikeAtEverySize, itFindsRecordings, titled } from './codec-suite.ts';
import { areHere, casesOf, type Json, type ManifestCase, read, readJson } from './manifest.ts';
import { put } from './said/gemini.ts';

const APIS = ['generateContent', 'streamGenerateContent', 'countTokens'];

const cases = casesOf(({ provider, api }) => provider.startsWith('google-') && APIS.includes(api));

const counts = titled(cases.filter((one) => one.api === 'countTokens'));
const answers = titled(cases.filter((one) => one.api === 'generateContent' && !isError(one)));
const streams = titled(cases.filter((one) => one.api === 'streamGenerateContent' && !isError(one)));
const errors = titled(cases.filter(isError));
const requests = titled(cases.filter((one) => one.files.request !== undefined && one.api !== 'countTokens'));
const REQUEST = gemini.decodeRequest({
  contents: [{ parts: [{ text: 'Hi' }] }],
  generationConfig: { thinkingConfig: { includeThoughts: true } },
});

const decodeStream = (bytes: Uint8Array, size: number, one?: ManifestCase): CanonicalEvent[] =>
  decodeAt(gemini, bytes, size, one?.framing.startsWith('json') ? { contentType: 'application/json' } : {});

function chunksOf(bytes: Buffer): Json[] {
  const text = bytes.toString();
  if (text.startsWith('[')) return JSON.parse(text);
  const lines = text.split('\r\n').filter((line) => line.startsWith('data: '));
  return lines.map((line) => JSON.parse(line.slice(6)));
}

/** What a plain reader hears: pieces put together, whatever parts they stood in. */
interface Heard {
  text: string;
  thinking: string;
  calls: [name: string, args: unknown][];
  signatures: string[];
  opaque: unknown[];
  finish: unknown;
}

function hear(responses: readonly Json[]): Heard {
  const heard: Heard = { text: '', thinking: '', calls: [], signatures: [], opaque: [], finish: null };
  for (const { candidates = [], promptFeedback } of responses) {
    heard.finish = promptFeedback?.blockReason ?? heard.finish;
    for (const { content, finishReason } of candidates) {
      heard.finish = finishReason ?? heard.finish;
      for (const part of content?.parts ?? []) {
        if (part.thoughtSignature && !part.executableCode) heard.signatures.push(part.thoughtSignature);
        if (part.text !== undefined) heard[part.thought ? 'thinking' : 'text'] += part.text;
        else if (part.functionCall?.name) {
          heard.calls.push([part.functionCall.name, part.functionCall.args ?? {}]);
        } else if (part.functionCall?.partialArgs) {
          for (const partial of part.functionCall.partialArgs) put(heard.calls.at(-1)?.[1], partial);
        } else if (part.functionCall === undefined) heard.opaque.push(part);
      }
    }
  }
  return heard;
}

function hearAnswer(answer: CanonicalAnswer | null): Heard {
  const [choice] = answer?.choices ?? [];
  if (choice === undefined) throw new Error('there is no answer');
  const of = <Type extends Part['type']>(type: Type): Extract<Part, { type: Type }>[] =>
    choice.parts.filter((part): part is Extract<Part, { type: Type }> => part.type === type);
  const signatures = choice.parts.map((part) => {
    if (part.type === 'reasoning') return part.signature;
    return part.type === 'text' || part.type === 'tool-call' ? (part.signature?.value ?? null) : null;
  });
  return {
    text: of('text')
      .map(({ text }) => text)
      .join(''),
    thinking: of('reasoning')
      .map(({ text }) => text)
      .join(''),
    calls: of('tool-call').map(({ name, input }) => [name, JSON.parse(input)]),
    signatures: signatures.filter((signature) => signature !== null),
    opaque: of('opaque').map(({ value }) => value),
    finish: choice.nativeFinish,
  };
}

/** The last usage that says anything, summed as Google bills it. */
function usageOf(responses: readonly Json[]): unknown {
  const told = responses
    .map(({ usageMetadata }) => usageMetadata)
    .filter((one) => one?.promptTokenCount >= 0);
  const last = told.at(-1);
  if (last === undefined) return null;
  const { thoughtsTokenCount = 0, candidatesTokenCount = 0 } = last;
  return {
    inputTokens: last.promptTokenCount + (last.toolUsePromptTokenCount ?? 0),
    outputTokens: candidatesTokenCount + thoughtsTokenCount,
    cacheReadTokens: last.cachedContentTokenCount ?? 0,
    cacheWriteTokens: 0,
    reasoningTokens: thoughtsTokenCount,
    estimated: false,
  };
}

function expectAsRecorded(answer: CanonicalAnswer | null, responses: readonly Json[]): void {
  const { finish, ...said } = hear(responses);
  const { finish: native, ...heard } = hearAnswer(answer);
  expect(heard).toEqual(said);
  expect(native).toBe(typeof finish === 'number' ? ['', 'STOP'][finish] : finish);
  expect(answer?.usage).toEqual(usageOf(responses));
  expect(answer).toMatchObject({ id: responses[0].responseId, model: responses[0].modelVersion });
  const ids = answer?.choices[0]?.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])) ?? [];
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => /^[\w-]{1,40}$/.test(id))).toBe(true);
  expectCitations(answer, responses.at(-1).candidates?.[0]?.groundingMetadata);
}

/** Every pair of a supported piece and a source, at the place in the text where the piece stands. */
function expectCitations(answer: CanonicalAnswer | null, grounding: Json): void {
  const found = answer?.choices[0]?.parts.flatMap((part) =>
    part.type === 'text'
      ? (part.citations ?? []).map(({ span, url, title }) => [
          span === null ? null : part.text.slice(span.start, span.end),
          url,
          title,
        ])
      : [],
  );
  const recorded = (grounding?.groundingSupports ?? []).flatMap(({ segment, groundingChunkIndices }: Json) =>
    groundingChunkIndices.map((index: number) => {
      const { uri, title } = grounding.groundingChunks[index].web;
      return [segment.text, uri, title];
    }),
  );
  expect(found).toEqual(recorded);
}

/** Ids of calls are told only where the vendor gave them; what streams tell apart from choices is compared above. */
const bare = ({ extra: _, ...answer }: CanonicalAnswer): unknown => byMeaning(answer);

itFindsRecordings([answers, 18], [streams, 14], [errors, 8], [requests, 14], [counts, 1]);

if (areHere) {
  describe('answers', () => {
    it.each(answers)('%s decodes as recorded', (_, one) => {
      const body = readJson(one.files.response);
      expectAsRecorded(gemini.decodeAnswer(body), [body]);
      expect(gemini.straight.isError(body)).toBe(false);
      expect(gemini.straight.readUsage(body)).toEqual(usageOf([body]));
    });

    it.each(answers)('%s comes back the same: decoded, encoded, decoded', (_, one) => {
      const decoded = gemini.decodeAnswer(readJson(one.files.response));
      if (decoded === null) throw new Error('it does not decode');
      const encoded = gemini.encodeAnswer(decoded, REQUEST);
      expect(gemini.decodeAnswer(encoded)).toEqual(decoded);
    });
  });

  describe('streams', () => {
    itDecodesAlikeAtEverySize(streams, decodeStream);

    it.each(streams)('%s decodes as recorded', (_, one) => {
      const bytes = read(one.files.response);
      const { answer, error, mistakes, unfinished } = aggregate(decodeStream(bytes, 7, one));
      expect({ error, mistakes, unfinished }).toEqual({ error: null, mistakes: [], unfinished: [] });
      expectAsRecorded(answer, chunksOf(bytes));
    });

    it.each(streams)('%s says what the same parts say in one answer (C9)', (_, one) => {
      const bytes = read(one.files.response);
      const chunks = chunksOf(bytes);
      if (chunks.some((chunk) => JSON.stringify(chunk).includes('"willContinue"'))) return; // only streams have them
      const parts = chunks.flatMap(({ candidates }) => candidates[0].content?.parts ?? []);
      const last = chunks.at(-1);
      const candidates = [{ ...last.candidates[0], content: { role: 'model', parts } }];
      const whole = gemini.decodeAnswer({ ...last, candidates });
      const { answer } = aggregate(decodeStream(bytes, 0, one));
      if (whole === null || answer === null) throw new Error('it does not decode');
      expect(bare(answer)).toEqual(bare(whole));
    });

    it.each(streams)('%s comes back the same: decoded, encoded, decoded', (_, one) => {
      const before = aggregate(decodeStream(read(one.files.response), 0, one));
      const events = decodeStream(read(one.files.response), 64, one);
      const again = encodeStream(gemini.createStreamEncoder(REQUEST), events);
      const after = aggregate(decodeStream(again, 64));
      expect(after.mistakes).toEqual([]);
      if (after.answer === null || before.answer === null) throw new Error('it does not decode');
      expect(bare(after.answer)).toEqual(bare(before.answer));
    });

    it.each(streams.filter(([, one]) => one.framing === 'sse-crlf'))(
      '%s is observed to its end',
      (_, one) => {
        const bytes = read(one.files.response);
        const observer = new GeminiStreamObserver();
        observeStream(observer, bytes);
        expect(observer).toMatchObject({
          isComplete: true,
          error: undefined,
          usage: usageOf(chunksOf(bytes)),
        });
        expect(observer.outputCharacters).toBeGreaterThan(0);
      },
    );
  });

  describe('errors', () => {
    it.each(errors)('%s is read as recorded, and is no answer', (_, one) => {
      const body = readJson(one.files.response);
      const fields = gemini.readError(body, new Headers());
      expect(fields).toMatchObject({ type: body.error.status, message: body.error.message });
      expect(gemini.readError([body], new Headers())).toEqual(fields);
      expect(gemini.decodeAnswer(body)).toBeNull();
      const delay = body.error.details?.find((detail: Json) => detail.retryDelay !== undefined);
      expect(fields?.retryAfterMs).toBe(
        delay === undefined ? undefined : Number.parseInt(delay.retryDelay, 10) * 1000,
      );
    });
  });

  describe('requests', () => {
    it.each(requests)('%s is sent on with the same meaning', (_, one) => {
      const body = readJson(one.files.request ?? '') as JsonObject;
      const { body: sent, dropped } = gemini.encodeRequest(gemini.decodeRequest(body), {
        model: 'gemini-3-flash',
      });
      expect(dropped).toEqual([]);
      expect(meaning(sent)).toEqual(meaning(body));
    });
  });

  describe('token counts', () => {
    it.each(counts)('%s is asked and read as recorded', (_, one) => {
      const { counting } = gemini;
      const { contents } = readJson(one.files.request ?? '');
      const body = counting?.encodeRequest(decodeCountRequest({ contents }), {
        model: 'gemini-2.5-flash',
      }).body;
      expect(body).toEqual({ generateContentRequest: { model: 'models/gemini-2.5-flash', contents } });
      expect(counting?.decodeAnswer(readJson(one.files.response))).toBe(5);
    });
  });
}

/**
 * One way of saying it: camelCase, JSON Schema with types in small letters, enum words in capitals, ids and names as
 * they are; empty objects and roles of instructions say nothing.
 */
function meaning(body: Json): Json {
  const same = JSON.parse(JSON.stringify(body), function (this: Json, key: string, value) {
    if (key === 'role' && this.parts !== undefined && value === 'user') return value;
    if (key === 'thinkingLevel' || key === 'thinking_level') return value.toUpperCase();
    if (key === 'type' && typeof value === 'string') return value.toLowerCase();
    if (key === 'required' && value.length === 0) return undefined;
    if (key === 'data') return value.replaceAll('-', '+').replaceAll('_', '/');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).map(([name, inner]) => [
      name.replace(/_([a-z])/g, (_, l) => l.toUpperCase()),
      inner,
    ]);
    return Object.fromEntries(entries);
  });
  const { generationConfig, systemInstruction, tools, ...rest } = same;
  return {
    ...rest,
    ...(systemInstruction === undefined ? {} : { systemInstruction: systemInstruction.parts }),
    ...(Object.keys(generationConfig ?? {}).length === 0 ? {} : { generationConfig }),
    tools: tools?.map((tool: Json) => ({
      ...tool,
      ...(tool.functionDeclarations === undefined
        ? {}
        : {
            functionDeclarations: tool.functionDeclarations.map(
              ({ parameters, parametersJsonSchema, ...one }: Json) => ({
                ...one,
                parameters: parametersJsonSchema ?? parameters,
              }),
            ),
          }),
    })),
  };
}
