/** Kept answers of Gemini, told in chunks. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/dialects/canonical.ts';
import { gemini } from '../../../../src/dialects/gemini/codec.ts';
import { parseExact } from '../../../../src/exact-json.ts';
import { readGeminiAnswer, readGeminiStream } from '../../../support/sdk-readers.ts';
import { collect, contentOf, heardFrom, retell, retellBytes } from '../../../support/stored-answers.ts';
import { answerOf, call, choice, SENTENCE, WHOLE_ANSWERS, whole } from './whole-answers.ts';

const { stored } = gemini;
const bytesOf = (body: JsonObject) => new Uint8Array(retellBytes(stored, body));
const tell = (body: JsonObject): JsonObject[] =>
  retell(stored, body).map((event) => {
    const [, json] = /^data: (.*)\r\n\r\n$/.exec(new TextDecoder().decode(event)) ?? [];
    return JSON.parse(String(json));
  });

describe('a whole answer, told in chunks', () => {
  describe.each(WHOLE_ANSWERS)('of %s', (_, body) => {
    it('is the same answer to whoever puts it together', async () => {
      expect(collect(stored, bytesOf(body))).toEqual(body);
      expect(await readGeminiStream(bytesOf(body))).toEqual(await readGeminiAnswer(body));
      const told = heardFrom(gemini, bytesOf(body));
      const said = gemini.decodeAnswer(body);
      expect(contentOf(told)).toEqual(contentOf(said));
      expect(told).toMatchObject({ id: said?.id, model: said?.model, usage: said?.usage });
    });

    it('ends in its last chunk only', () => {
      const chunks = tell(body);
      const early = chunks.slice(0, -1);
      expect(JSON.stringify(early)).not.toMatch(/finishReason|usageMetadata|avgLogprobs|grounding/);
      expect(chunks.at(-1)).toMatchObject({ ...body, ...(body.candidates ? { candidates: {} } : {}) });
    });
  });

  it('is cut into pieces, calls are not', () => {
    const body = whole({ text: SENTENCE }, call(1), call(2, { thoughtSignature: 'a' }));
    const identity = {
      modelVersion: body.modelVersion,
      createTime: body.createTime,
      responseId: body.responseId,
    };
    const told = (part: JsonObject) => ({
      candidates: [{ content: { parts: [part], role: 'model' }, index: 0 }],
      ...identity,
    });
    expect(tell(body)).toEqual([
      told({ text: 'The quick brown fox 🦊 jumps over the' }),
      told({ text: ' lazy dog, and then it sleeps for a' }),
      told({ text: ' while. ' }),
      told(call(1)),
      { ...body, candidates: [choice([call(2, { thoughtSignature: 'a' })])] },
    ]);
  });

  it('keeps the digits of long integers', () => {
    const body = parseExact(JSON.stringify(whole(call(1))).replace('"call_1"', '9007199254740993123'));
    const written = JSON.stringify(collect(stored, bytesOf(body as JsonObject)));
    expect(written).toContain('"id":9007199254740993123');
  });

  it('numbers candidates that have no numbers', () => {
    const { index: _, ...second } = choice([{ text: SENTENCE }]);
    const told = collect(stored, bytesOf(answerOf([choice([{ text: 'a' }]), second])));
    expect(told?.candidates).toMatchObject([{ index: 0 }, { content: { parts: [{ text: SENTENCE }] } }]);
  });

  it.each([
    ['an error', { error: { code: 500, message: 'No', status: 'INTERNAL' } }],
    ['an answer without an end', answerOf([choice([], { finishReason: undefined })])],
    ['candidates of which one has no end', answerOf([choice([]), choice([], { finishReason: null })])],
    ['no candidates', answerOf([])],
    ['no candidates at all', { responseId: 'abc' }],
  ])('is none for %s', (_, body) => {
    expect(stored.toEvents(body, { wantsUsage: true })).toBeNull();
  });
});
