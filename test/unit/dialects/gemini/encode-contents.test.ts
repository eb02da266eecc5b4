import { describe, expect, it } from 'vitest';
import type { Part, Turn } from '../../../../src/dialects/canonical.ts';
import { gemini } from '../../../../src/dialects/gemini/codec.ts';
import { assistant, call, encode, GEMINI_2, GEMINI_3, refused, result, text, user } from './support.ts';

const contentsOf = (turns: readonly Turn[], model?: string): unknown =>
  encode({ turns }, model).body.contents;
const partsOf = (...parts: Part[]): unknown =>
  (contentsOf([{ role: 'user', parts }]) as { parts: unknown[] }[])[0]?.parts;

describe('contents', () => {
  it('traps D4: gathers instructions in order and merges neighbours of one role', () => {
    const { body } = encode({
      turns: [
        { role: 'system', parts: [text('One')] },
        user('A'),
        { role: 'developer', parts: [text('Two')] },
        user('B'),
        assistant(text('C')),
        assistant(text('D')),
      ],
    });
    expect(body.systemInstruction).toEqual({ parts: [{ text: 'One' }, { text: 'Two' }] });
    expect(body.contents).toEqual([
      { role: 'user', parts: [{ text: 'A' }, { text: 'B' }] },
      { role: 'model', parts: [{ text: 'C' }, { text: 'D' }] },
    ]);
  });

  it('traps D2: puts parallel results into one content, before what the user says', () => {
    const turns = [
      user('Hi'),
      assistant(call('a'), call('b')),
      result('a', '1'),
      user('And?'),
      result('b', '2'),
    ];
    expect(contentsOf(turns, GEMINI_2)).toEqual([
      { role: 'user', parts: [{ text: 'Hi' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { id: 'a', name: 'do_a', args: {} } },
          { functionCall: { id: 'b', name: 'do_b', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'a', name: 'do_a', response: { output: '1' } } },
          { functionResponse: { id: 'b', name: 'do_b', response: { output: '2' } } },
          { text: 'And?' },
        ],
      },
    ]);
  });

  it('traps D3: leaves empty texts and contents out, and refuses a request without any', () => {
    expect(contentsOf([user('A'), assistant(text('')), user('B')])).toEqual([
      { role: 'user', parts: [{ text: 'A' }, { text: 'B' }] },
    ]);
    expect(refused(() => encode({ turns: [{ role: 'system', parts: [text('A')] }] }))).toBe('messages');
  });

  it.each([
    ['an object', '{"a":1}', false, { a: 1 }],
    ['text', 'done', false, { output: 'done' }],
    ['a list', '[1]', false, { output: '[1]' }],
    ['nothing', '', false, { output: '' }],
    ['an error', 'no', true, { error: 'no' }],
    ['a schema (traps D10)', '{"$ref":"#/$defs/A"}', false, { output: '{"$ref":"#/$defs/A"}' }],
  ])('sends a result that is %s', (_, said, isError, response) => {
    const contents = contentsOf([user('A'), assistant(call('a')), result('a', said, isError)]);
    expect(contents).toMatchObject([{}, {}, { parts: [{ functionResponse: { response } }] }]);
  });

  it('refuses a result that answers no call, because the form repeats the name', () => {
    expect(refused(() => encode({ turns: [user('A'), result('a', '1')] }))).toBe('messages[1].tool_call_id');
  });

  it('wire 33: keeps ids that it made up itself to itself', () => {
    const made = partsOfAnswer();
    const turns = [user('A'), assistant(made), { ...result(made.id, '1') }];
    const contents = contentsOf(turns, GEMINI_2);
    expect(JSON.stringify(contents)).not.toContain('"id"');
  });

  function partsOfAnswer(): Extract<Part, { type: 'tool-call' }> {
    const body = { candidates: [{ content: { parts: [{ functionCall: { name: 'f' } }] } }], responseId: 'r' };
    const part = gemini.decodeAnswer(body)?.choices[0]?.parts[0];
    if (part?.type !== 'tool-call') throw new Error('no call');
    return part;
  }

  it('wraps arguments that are no object, and takes none for an empty one', () => {
    const contents = contentsOf([user('A'), assistant(call('a', '{"x":'), call('b', ''), call('c', 'null'))]);
    const args = [{ INVALID_JSON: '{"x":' }, {}, {}].map((one) => ({ functionCall: { args: one } }));
    expect(contents).toMatchObject([{}, { parts: args }]);
  });

  it('puts images of results inside the response for Gemini 3, behind it before', () => {
    const image: Part = { type: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AA==' } };
    const answered: Turn = {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 'a', name: null, content: [image], isError: false }],
    };
    const turns = [user('A'), assistant(call('a')), answered];
    const inlineData = { mimeType: 'image/png', data: 'AA==' };
    const functionResponse = { id: 'a', name: 'do_a', response: {} };
    expect(contentsOf(turns)).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: { ...functionResponse, parts: [{ inlineData }] } }] },
    ]);
    expect(contentsOf(turns, GEMINI_2)).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse }, { inlineData }] },
    ]);
  });
});

describe('proofs of thought', () => {
  it('traps D12: go back with text, thinking and calls', () => {
    const turn = assistant(
      { type: 'reasoning', text: 'Hm', signature: 's1', redacted: null, signer: 'google' },
      { type: 'text', text: 'So', signature: { signer: 'google', value: 's2' } },
      call('a', '{}', 's3'),
    );
    expect(contentsOf([user('A'), turn, result('a', '1')])).toMatchObject([
      {},
      {
        parts: [
          { text: 'Hm', thought: true, thoughtSignature: 's1' },
          { text: 'So', thoughtSignature: 's2' },
          { functionCall: { name: 'do_a' }, thoughtSignature: 's3' },
        ],
      },
      {},
    ]);
  });

  it('traps D13: of other vendors stay out, and their thinking is named', () => {
    const turn = assistant(
      { type: 'reasoning', text: 'Hm', signature: 's1', redacted: null, signer: 'anthropic' },
      { type: 'text', text: 'So', signature: { signer: 'openai', value: 's2' } },
    );
    const { body, dropped } = encode({ turns: [user('A'), turn] });
    expect(body.contents).toMatchObject([{}, { parts: [{ text: 'So' }] }]);
    expect(JSON.stringify(body)).not.toMatch(/s1|s2/);
    expect(dropped).toEqual(['messages.reasoning_content', 'messages.extra_content']);
  });

  it('traps D12: the first call of each step of the current turn is excused if nobody proved it', () => {
    const turns = [
      user('A'),
      assistant(call('a')),
      result('a', '1'),
      user('B'),
      assistant(call('b'), call('c')),
      result('b', '2'),
      assistant(call('d', '{}', 'proof')),
      result('d', '3'),
    ];
    const proofs = (model: string): unknown[] =>
      (contentsOf(turns, model) as { role: string; parts: { thoughtSignature?: string }[] }[])
        .filter(({ role }) => role === 'model')
        .map(({ parts }) => parts.map(({ thoughtSignature }) => thoughtSignature));
    const excuse = 'skip_thought_signature_validator';
    // `B` stands behind a result in one content: where the turn begins is not told, so both steps are excused.
    expect(proofs(GEMINI_3)).toEqual([[excuse], [excuse, undefined], ['proof']]);
    expect(proofs(GEMINI_2)).toEqual([[undefined], [undefined, undefined], ['proof']]);
    const closed = [user('A'), assistant(call('a')), result('a', '1'), assistant(text('Done')), user('B')];
    expect(JSON.stringify(contentsOf(closed))).not.toContain(excuse);
  });
});

describe('media (traps D18)', () => {
  const image = (url: string): Part => ({ type: 'image', source: { kind: 'url', url } });
  it.each([
    ['https://a.example/cat.png?size=2', { mimeType: 'image/png' }],
    ['https://a.example/cat', { mimeType: 'image/jpeg' }],
    ['gs://bucket/cat.webp', { mimeType: 'image/webp' }],
    ['https://generativelanguage.googleapis.com/v1beta/files/abc', {}],
  ])('refers to %s', (url, typed) => {
    expect(partsOf(image(url))).toEqual([{ fileData: { ...typed, fileUri: url } }]);
  });

  it('refuses what the API cannot fetch', () => {
    expect(refused(() => partsOf(image('http://a.example/cat.png')))).toBe('messages[0].content');
    const file: Part = { type: 'file', source: { kind: 'file-id', id: 'file_1' }, name: null };
    expect(refused(() => partsOf(file))).toBe('messages[0].content');
  });

  it('sends bytes inline', () => {
    expect(
      partsOf(
        { type: 'audio', data: 'AA==', format: 'wav' },
        { type: 'file', source: { kind: 'inline', mediaType: 'application/pdf', data: 'AA==' }, name: null },
      ),
    ).toEqual([
      { inlineData: { mimeType: 'audio/wav', data: 'AA==' } },
      { inlineData: { mimeType: 'application/pdf', data: 'AA==' } },
    ]);
  });
});
