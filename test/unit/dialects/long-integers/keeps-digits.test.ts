/** Numbers that a JavaScript number cannot hold, through translation: wire 63. */
import { describe, expect, it } from 'vitest';
import type { CanonicalAnswer } from '../../../../src/dialects/canonical.ts';
import { DOOR_CODECS, UPSTREAM_CODECS } from '../../../../src/dialects/registry.ts';
import { InvalidRequest } from '../../../../src/errors.ts';
import { requestWith } from '../../../support/canonical.ts';
import { ANSWERS, ARGS, geminiAnswer, LONG, QUOTED, readStream, readWhole } from './answers.ts';
import { DOORS, decode, REQUESTS, SCHEMA, UPSTREAMS } from './requests.ts';

/** All arguments in an answer, as text. */
const argumentsIn = ({ choices }: CanonicalAnswer): string[] =>
  choices.flatMap(({ parts }) =>
    parts.flatMap((part) => {
      if (part.type === 'tool-call') return [part.input];
      return part.type === 'opaque' ? [JSON.stringify(part.value.input)] : [];
    }),
  );

describe('answers', () => {
  it.each(Object.entries(ANSWERS))(
    'wire 63: %s: whole and streamed they keep all digits',
    (_, [dialect, told]) => {
      expect(argumentsIn(readWhole(dialect, told.whole))).toEqual([ARGS]);
      expect(argumentsIn(readStream(dialect, told.stream))).toEqual([ARGS]);
    },
  );

  it.each(DOORS)('wire 63: %s writes all digits, whatever form answered', (door) => {
    for (const [dialect, { whole, stream }] of Object.values(ANSWERS)) {
      if (whole.includes('server_tool_use')) continue; // told to its own form only
      for (const answer of [readWhole(dialect, whole), readStream(dialect, stream)]) {
        const written = JSON.stringify(DOOR_CODECS[door].encodeAnswer(answer, requestWith()));
        expect(written).toMatch(
          door === 'anthropic-messages' || door === 'gemini' ? ARGS : QUOTED.slice(1, -1),
        );
      }
    }
  });

  it('wire 36, 63: a number of its own in a piece of arguments', () => {
    const [first, last] = [
      `"args":{},"willContinue":true`,
      `"partialArgs":[{"jsonPath":"$.id","numberValue":${LONG}}]`,
    ];
    const start = geminiAnswer(first).replace('"finishReason":"STOP"', '"finishReason":null');
    const piece = geminiAnswer(last).replace('"id":"c1","name":"look",', '');
    expect(argumentsIn(readStream('gemini', [start.replace('"args":{},', ''), piece]))).toEqual([
      `{"id":${LONG}}`,
    ]);
  });
});

/** How often `needle` stands in `text`. */
const count = (text: string, needle: string): number => text.split(needle).length - 1;

describe('requests', () => {
  const crossings = DOORS.flatMap((door) => UPSTREAMS.map((upstream) => [door, upstream] as const));

  it.each(crossings)(
    'wire 63: %s to %s: arguments, results and schemas keep all digits',
    (door, upstream) => {
      const { body } = UPSTREAM_CODECS[upstream].encodeRequest(decode(door, REQUESTS[door][1]), {
        model: 'm',
      });
      const text = JSON.stringify(body);
      expect(count(text, LONG)).toBe(3);
      expect(count(text, '-9007199254740993')).toBe(2);
      expect(count(text, '9223372036854775807')).toBe(3);
      expect(text).not.toMatch(/1234567890123456\d000|9007199254740992|9223372036854776000|rawJSON/);
    },
  );

  it('wire 63: a long `enum` stays one for Gemini', () => {
    const { body } = UPSTREAM_CODECS.gemini.encodeRequest(decode('openai-chat', REQUESTS['openai-chat'][1]), {
      model: 'm',
    });
    expect(JSON.stringify(body)).toContain(`"enum":[1,${LONG}]`);
  });

  it("wire 63: counts in Google's schema come as numbers or as strings", () => {
    const schema = `{"type":"STRING","maxLength":"9223372036854775807","minLength":${LONG},"maxItems":"5"}`;
    const text = REQUESTS.gemini[1].replace(`"parametersJsonSchema":${SCHEMA}`, `"parameters":${schema}`);
    const [tool] = decode('gemini', text).tools;
    expect(JSON.stringify(tool)).toContain(
      `"maxLength":9223372036854775807,"minLength":${LONG},"maxItems":5`,
    );
  });
});

describe('fields that are counted with', () => {
  it.each([
    ['openai-chat', '"model"', `"max_tokens":${LONG},"model"`, 'max_tokens'],
    ['openai-chat', '"model"', `"temperature":${LONG},"model"`, 'temperature'],
    ['openai-responses', '"model"', `"max_output_tokens":${LONG},"model"`, 'max_output_tokens'],
    ['anthropic-messages', '"max_tokens":9', `"max_tokens":${LONG}`, 'max_tokens'],
    [
      'gemini',
      '"contents"',
      `"generationConfig":{"maxOutputTokens":${LONG}},"contents"`,
      'generationConfig.maxOutputTokens',
    ],
  ] as const)('%s: a long number is refused: %s → %s', (door, from, to, param) => {
    const text = REQUESTS[door][1].replace(from, to);
    expect(() => decode(door, text)).toThrow(InvalidRequest);
    expect(() => decode(door, text)).toThrow(expect.objectContaining({ param }));
  });

  it('a seed is rounded, as it always was: it means nothing but itself', () => {
    const text = REQUESTS['openai-chat'][1].replace('"model"', `"seed":${LONG},"model"`);
    expect(decode('openai-chat', text).seed).toBe(Number(LONG));
  });
});
