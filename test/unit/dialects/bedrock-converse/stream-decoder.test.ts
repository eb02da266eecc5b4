import { describe, expect, it } from 'vitest';
import { concat } from '../../../../src/bytes.ts';
import { encodeBase64Text } from '../../../../src/dialects/base64-text.ts';
import { bedrockConverse } from '../../../../src/dialects/bedrock-converse/codec.ts';
import type { CanonicalAnswer, JsonObject, Part } from '../../../../src/dialects/canonical.ts';
import { aggregate } from '../../../support/aggregate.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import {
  answerOf,
  decodeStream,
  delta,
  exceptionFrame,
  messageOf,
  type Step,
  start,
  stop,
  streamOf,
  text,
} from './support.ts';

const partsOf = (...steps: Step[]): readonly Part[] => {
  const { answer, mistakes } = aggregate(decodeStream(messageOf(...steps)));
  expect(mistakes).toEqual([]);
  return answer?.choices[0]?.parts ?? [];
};
const opaque = (value: JsonObject): Part => ({ type: 'opaque', dialect: 'bedrock-converse', value });
const SIGNATURE = 'EtkBCkgIEBABGAIqQIyk4xd3CqsRUUTwvw==';

describe('blocks', () => {
  it('wire 13: of text and reasoning begin with their first delta', () => {
    const events = decodeStream(
      messageOf(
        delta(0, { reasoningContent: { text: 'Hm' } }),
        delta(0, { reasoningContent: { signature: SIGNATURE } }),
        stop(0),
        delta(1, { text: 'He' }),
        delta(1, { text: 'llo' }),
        stop(1),
      ),
    );
    const at = (part: number) => ({ choice: 0, part });
    expect(events).toEqual([
      { type: 'start', id: '', model: '', created: null, usage: null },
      { type: 'part-start', ...at(0), content: { type: 'reasoning' } },
      { type: 'part-delta', ...at(0), text: 'Hm' },
      { type: 'signature', ...at(0), signature: { signer: 'anthropic', value: SIGNATURE } },
      { type: 'part-end', ...at(0) },
      { type: 'part-start', ...at(1), content: { type: 'text' } },
      { type: 'part-delta', ...at(1), text: 'He' },
      { type: 'part-delta', ...at(1), text: 'llo' },
      { type: 'part-end', ...at(1) },
      { type: 'finish', choice: 0, reason: 'stop', native: 'end_turn', stopSequence: null },
    ]);
  });

  it('wire 15: without a word are no parts', () => {
    expect(partsOf(delta(0, { text: '' }), stop(0), delta(1, { text: 'Hi' }), stop(1))).toEqual([text('Hi')]);
  });

  it('wire 37: of calls without arguments say an empty object, whichever way', () => {
    const begin = (id: number) => start(id, { toolUse: { toolUseId: `t${id}`, name: 'look' } });
    const parts = partsOf(
      ...[begin(0), delta(0, { toolUse: { input: '' } }), stop(0)],
      ...[begin(1), delta(1, { toolUse: { input: '{}' } }), stop(1)],
      ...[begin(2), stop(2)],
    );
    expect(parts).toMatchObject([{ input: '{}' }, { input: '{}' }, { input: '{}' }]);
  });

  it('wire 43: of tools that Bedrock ran come whole, and are no calls', () => {
    const use = { toolUseId: 'a', name: 'nova_code_interpreter', type: 'server_tool_use' };
    const found = { toolUseId: 'a', type: 'nova_code_interpreter_result', status: 'success' };
    const parts = partsOf(
      start(0, { toolUse: use }),
      delta(0, { toolUse: { input: '{"snippet":' } }),
      delta(0, { toolUse: { input: '"1+1"}' } }),
      stop(0),
      start(1, { toolResult: found }),
      delta(1, { toolResult: [{ json: { stdOut: '2' } }] }),
      delta(1, { toolResult: [{ text: '[HID' }] }),
      delta(1, { toolResult: [{ text: 'DEN]' }] }),
      stop(1),
    );
    expect(parts).toEqual([
      opaque({ toolUse: { ...use, input: { snippet: '1+1' } } }),
      opaque({ toolResult: { ...found, content: [{ json: { stdOut: '2' } }, { text: '[HIDDEN]' }] } }),
    ]);
  });

  it('of images and redacted thoughts are put together byte by byte', () => {
    expect(
      partsOf(
        start(0, { image: { format: 'png' } }),
        delta(0, { image: { source: { bytes: btoa('a') } } }),
        delta(0, { image: { source: { bytes: btoa('bc') } } }),
        stop(0),
        delta(1, { reasoningContent: { redactedContent: btoa('gAAAAAB1') } }),
        delta(1, { reasoningContent: { redactedContent: btoa('o-more') } }),
        stop(1),
      ),
    ).toEqual([
      { type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: btoa('abc') } },
      {
        type: 'reasoning',
        text: '',
        signature: null,
        redacted: btoa('gAAAAAB1o-more'),
        signer: 'amazon',
      },
    ]);
  });

  it.each([1, 2, 4, 11])('wire 80: [REDACTED]. is no reasoning, in pieces of %i characters', (size) => {
    const note = '[REDACTED].';
    const pieces = note.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
    const deltas = pieces.map((piece) => delta(0, { reasoningContent: { text: piece } }));
    const block = { reasoningContent: { reasoningText: { text: note } } };
    expect(partsOf(...deltas, stop(0), delta(1, { text: '345' }), stop(1))).toEqual([
      opaque(block),
      text('345'),
    ]);
  });

  it('of reasoning that only begins like the note are kept', () => {
    const deltas = ['[', 'REDACTED', '] is what they wrote'].map((piece) =>
      delta(0, { reasoningContent: { text: piece } }),
    );
    expect(partsOf(...deltas, stop(0))).toMatchObject([
      { type: 'reasoning', text: '[REDACTED] is what they wrote' },
    ]);
    expect(partsOf(delta(0, { reasoningContent: { text: '[RED' } }), stop(0))).toMatchObject([
      { text: '[RED' },
    ]);
  });

  it('of reasoning with a signature only are parts', () => {
    expect(partsOf(delta(0, { reasoningContent: { signature: SIGNATURE } }), stop(0))).toEqual([
      { type: 'reasoning', text: '', signature: SIGNATURE, redacted: null, signer: 'anthropic' },
    ]);
  });

  it('that change their kind are two parts', () => {
    expect(
      partsOf(delta(0, { reasoningContent: { text: 'Hm' } }), delta(0, { text: 'Hi' }), stop(0)),
    ).toMatchObject([
      { type: 'reasoning', text: 'Hm' },
      { type: 'text', text: 'Hi' },
    ]);
  });

  it('that never end are ended with the message', () => {
    expect(partsOf(delta(0, { text: 'Hi' }))).toEqual([text('Hi')]);
  });
});

describe('citations', () => {
  const web = (url: string) => ({ location: { web: { url } } });
  const cited = (url: string) => ({ url, native: { dialect: 'bedrock-converse', value: web(url) } });

  it('belong to the text of their block, also where they come first', () => {
    expect(
      partsOf(
        delta(0, { text: 'A' }),
        stop(0),
        delta(1, { citation: web('https://b.example') }),
        delta(1, { text: 'B' }),
        delta(1, { citation: web('https://c.example') }),
        stop(1),
      ),
    ).toMatchObject([
      { text: 'A' },
      { text: 'B', citations: [cited('https://b.example'), cited('https://c.example')] },
    ]);
  });

  it('in blocks of their own belong to the text before', () => {
    const parts = partsOf(
      delta(0, { text: 'A' }),
      stop(0),
      delta(1, { citation: web('https://a.example') }),
      stop(1),
      delta(2, { text: '.' }),
      stop(2),
    );
    expect(parts).toMatchObject([{ text: 'A', citations: [cited('https://a.example')] }, { text: '.' }]);
  });

  it('without any text are kept', () => {
    expect(partsOf(delta(0, { citation: web('https://a.example') }), stop(0))).toMatchObject([
      { text: '', citations: [cited('https://a.example')] },
    ]);
  });
});

describe('the end', () => {
  const metadata: Step = [
    'metadata',
    {
      usage: { inputTokens: 3, outputTokens: 2 },
      serviceTier: { type: 'priority' },
      trace: { guardrail: {} },
    },
  ];

  it('is `messageStop`; usage comes behind it', () => {
    const events = decodeStream(concat([messageOf(delta(0, { text: 'Hi' })), streamOf(metadata)]));
    expect(events.map(({ type }) => type).slice(-3)).toEqual(['finish', 'usage', 'about']);
    expect(aggregate(events).answer).toMatchObject({ usage: { inputTokens: 3 }, serviceTier: 'priority' });
  });

  it('wire 8: has nothing of the padding', () => {
    const { answer } = aggregate(
      decodeStream(concat([messageOf(), streamOf(['metadata', { metrics: {} }])])),
    );
    expect(answer?.extra).toEqual({ 'bedrock-converse': { metrics: {} } });
  });

  it('names the stop sequence where the model tells it', () => {
    const fields = { stopReason: 'stop_sequence', additionalModelResponseFields: { stop_sequence: 'END' } };
    const { answer } = aggregate(decodeStream(streamOf(['messageStop', fields], metadata)));
    expect(answer?.choices[0]).toMatchObject({ nativeFinish: 'stop_sequence', stopSequence: 'END' });
    expect(answer?.extra).toEqual({
      'bedrock-converse': { additionalModelResponseFields: { stop_sequence: 'END' } },
    });
  });

  it('traps C13: is missing where the body breaks off, whatever came before', () => {
    const body = streamOf(['messageStart', {}], delta(0, { text: 'Hi' }), stop(0), metadata);
    const { answer, unfinished, mistakes } = aggregate(decodeStream(body));
    expect([answer?.choices, unfinished, mistakes]).toEqual([[], [0], []]);
  });

  it('closes the message: content behind it is no part of it', () => {
    const body = concat([messageOf(delta(0, { text: 'Hi' })), streamOf(delta(1, { text: 'again' }))]);
    expect(aggregate(decodeStream(body)).answer?.choices[0]?.parts).toEqual([text('Hi')]);
  });
});

describe('failures', () => {
  it.each([
    'internalServerException',
    'modelStreamErrorException',
    'serviceUnavailableException',
    'throttlingException',
    'validationException',
  ])('traps C12: %s is an error, and nothing comes behind it', (name) => {
    const body = concat([
      streamOf(['messageStart', {}], delta(0, { text: 'Hi' })),
      exceptionFrame(name, { message: 'No' }),
      streamOf(['messageStop', { stopReason: 'end_turn' }]),
    ]);
    const { error, unfinished, mistakes } = aggregate(decodeStream(body));
    expect(error).toEqual({ message: 'No', type: name, param: null, code: name });
    expect([unfinished, mistakes]).toEqual([[0], []]);
  });

  it('before anything else are errors too', () => {
    const events = decodeStream(exceptionFrame('throttlingException', { message: 'Slow down' }));
    expect(events).toMatchObject([{ type: 'error', error: { type: 'throttlingException' } }]);
  });

  it('of the model come without a message of their own', () => {
    const body = exceptionFrame('modelStreamErrorException', { originalMessage: 'Out of memory' });
    expect(aggregate(decodeStream(body)).error?.message).toBe('Out of memory');
  });

  it('an event of an exception’s name is none', () => {
    const { error } = aggregate(decodeStream(streamOf(['throttlingException', { message: 'No' }])));
    expect(error).toBeNull();
  });

  it.each(['malformed_model_output', 'malformed_tool_use'])('traps D14: %s is an error', (stopReason) => {
    const { error, unfinished } = aggregate(
      decodeStream(
        streamOf(['messageStart', {}], delta(0, { text: '<to' }), ['messageStop', { stopReason }]),
      ),
    );
    expect([error?.type, unfinished]).toEqual([stopReason, [0]]);
  });
});

it('passes over what it cannot read', () => {
  const decoder = bedrockConverse.createStreamDecoder();
  const odd = [null, 'null', '[]', '3', '{', '{"contentBlockIndex":null,"delta":null,"start":[]}'];
  const names = ['contentBlockStart', 'contentBlockDelta', 'contentBlockStop', 'news', null];
  const frames = names.flatMap((name) => odd.map((data) => ({ name, data })));
  const deltas = [{}, { text: null }, { toolUse: null }, { toolUse: { input: 3 } }, { reasoningContent: {} }];
  const oddDeltas = deltas.map((one) => ({
    name: 'contentBlockDelta',
    data: JSON.stringify({ contentBlockIndex: 0, delta: one }),
  }));
  const events = [...frames, ...oddDeltas].flatMap((frame) => [...decoder.push(frame)]);
  expect([...events, ...decoder.end()].map(({ type }) => type)).toEqual(['start']);
});

describe('traps C9: the stream of an answer says what the answer says', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('seed %i', (seed) => {
    const random = seeded(seed);
    const blocks = random.list(random.between(0, 6), () => blockOf(random));
    const stopReason = random.pick(['end_turn', 'max_tokens', 'tool_use', 'guardrail_intervened', 'news']);
    const usage = { inputTokens: random.between(0, 99), outputTokens: 5, cacheReadInputTokens: 7 };
    const whole = bedrockConverse.decodeAnswer(
      answerOf(
        blocks.map(({ whole: block }) => block),
        { stopReason, usage, metrics: { latencyMs: 3 } },
      ),
    );
    const body = streamOf(
      ['messageStart', { role: 'assistant' }],
      ...blocks.flatMap(({ steps }, index) => [...steps(index), stop(index)]),
      ['messageStop', { stopReason }],
      ['metadata', { usage, metrics: { latencyMs: 3 } }],
    );
    const decoded = [1, 7, 64, 4096, 0].map((size) => aggregate(decodeStream(body, size)));
    for (const { answer, mistakes } of decoded) {
      expect(mistakes).toEqual([]);
      expect(byMeaning(answer)).toEqual(byMeaning(whole));
    }
  });
});

const byMeaning = (answer: CanonicalAnswer | null): unknown =>
  JSON.parse(JSON.stringify(answer), (_, value) =>
    value?.type === 'tool-call' ? { ...value, input: JSON.parse(value.input) } : value,
  );

interface Block {
  readonly whole: JsonObject;
  steps(index: number): Step[];
}

/** A block as it stands in an answer, and as it comes in a stream. */
function blockOf(random: Seeded): Block {
  const words = random.list(random.between(1, 5), () => random.pick(['ja ', 'né', '🦊', '\n', '[', '"']));
  const said = words.join('');
  const textDeltas = (index: number): Step[] => words.map((word) => delta(index, { text: word }));
  const citation = { title: said, location: { web: { url: 'https://example.com' } } };
  switch (random.between(0, 6)) {
    case 0:
      return { whole: { text: said }, steps: textDeltas };
    case 1: {
      const signature = random.chance(0.5) ? SIGNATURE : undefined;
      const signed = signature === undefined ? {} : { signature };
      const deltas = words.map((word) => ({ text: word }));
      return {
        whole: { reasoningContent: { reasoningText: { text: said, ...signed } } },
        steps: (index) =>
          [...deltas, ...(signature === undefined ? [] : [{ signature }])].map((one) =>
            delta(index, { reasoningContent: one }),
          ),
      };
    }
    case 2: {
      const head = { toolUseId: `t${random.between(0, 9)}`, name: 'look' };
      const input = random.chance(0.3) ? {} : { said };
      const written = Object.keys(input).length === 0 ? '' : JSON.stringify(input);
      return {
        whole: { toolUse: { ...head, input } },
        steps: (index) => [start(index, { toolUse: head }), delta(index, { toolUse: { input: written } })],
      };
    }
    case 3:
      return {
        whole: { citationsContent: { content: [{ text: said }], citations: [citation] } },
        steps: (index) => [...textDeltas(index), delta(index, { citation })],
      };
    case 4:
      return {
        whole: { citationsContent: { citations: [citation] } },
        steps: (index) => [delta(index, { citation })],
      };
    case 5: {
      const redactedContent = encodeBase64Text(said + SIGNATURE);
      return {
        whole: { reasoningContent: { redactedContent } },
        steps: (index) => [delta(index, { reasoningContent: { redactedContent } })],
      };
    }
    default: {
      const head = { toolUseId: 'server', type: 'nova_grounding_result', status: 'success' };
      const content = [{ json: { said } }];
      return {
        whole: { toolResult: { ...head, content } },
        steps: (index) => [start(index, { toolResult: head }), delta(index, { toolResult: content })],
      };
    }
  }
}
