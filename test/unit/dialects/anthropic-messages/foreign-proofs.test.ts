import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../../src/dialects/anthropic-messages/codec.ts';
import { holdsForeignProofs } from '../../../../src/dialects/anthropic-messages/foreign-proofs.ts';
import type { JsonObject, Part, Signer } from '../../../../src/dialects/canonical.ts';
import { toEvents } from '../../../support/aggregate.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import { answer, call, decode, encode, encodeStream, PAGE, request, text, thought, user } from './support.ts';

const hidden = (said: string, signer: Signer): Part => ({ ...thought(said), redacted: 'h/+=', signer });
const signedText = (said: string, signer: Signer): Part => ({
  type: 'text',
  text: said,
  signature: { signer, value: 'p:1' },
});
const signedCall = (id: string, signer: Signer): Part => ({
  ...(call(id) as Extract<Part, { type: 'tool-call' }>),
  signature: { signer, value: 'p:2' },
});
const contentOf = (parts: readonly Part[]) =>
  anthropicMessages.encodeAnswer(answer(parts), request()).content;

/** The blocks that the events add up to, as the vendor's SDK would put them together. */
function addUp(events: readonly JsonObject[]): JsonObject[] {
  // biome-ignore lint/suspicious/noExplicitAny: events of a stream, whose members are looked for
  const blocks: any[] = [];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  for (const { type, index, content_block, delta } of events as any[]) {
    if (type === 'content_block_start') blocks[index] = { ...content_block, json: '' };
    if (delta?.type === 'text_delta') blocks[index].text += delta.text;
    if (delta?.type === 'thinking_delta') blocks[index].thinking += delta.thinking;
    if (delta?.type === 'signature_delta') blocks[index].signature = delta.signature;
    if (delta?.type === 'input_json_delta') blocks[index].json += delta.partial_json;
    if (delta?.type === 'citations_delta') {
      blocks[index].citations = [...(blocks[index].citations ?? []), delta.citation];
    }
  }
  return blocks.map(({ json, ...block }) => (json === '' ? block : { ...block, input: JSON.parse(json) }));
}

const backFrom = (content: unknown) => decode({ messages: [{ role: 'assistant', content }] }).turns[0]?.parts;

describe('proofs of thought in an answer for a client (D12, D13)', () => {
  const parts: Part[] = [
    thought('Own', 'Ep+/=', 'anthropic'),
    { ...thought(''), redacted: 'Eq==', signer: 'anthropic' },
    thought('Google’s', 'g', 'google'),
    thought('Nobody knows whose', 'x', 'other'),
    thought('Unsigned'),
    hidden('', 'openai'),
    hidden('A summary', 'openai'),
    signedText('Hi', 'google'),
    signedCall('a.b', 'google'),
    signedCall('c', 'other'),
  ];

  it('keep the vendor’s own as they are, and mark the others', () => {
    const content = contentOf(parts) as JsonObject[];
    expect(content.slice(0, 2)).toEqual([
      { type: 'thinking', thinking: 'Own', signature: 'Ep+/=' },
      { type: 'redacted_thinking', data: 'Eq==' },
    ]);
    expect(content[2]).toMatchObject({ type: 'thinking', thinking: 'Google’s' });
    expect(content[2]?.signature).not.toContain(':g');
    expect(content[4]).toEqual({ type: 'thinking', thinking: 'Unsigned', signature: '' });
    expect(content[6]).toMatchObject({ type: 'thinking', thinking: 'A summary' });
    expect(content[7]).toEqual({ type: 'text', text: 'Hi' });
  });

  it('come back told apart, from the whole answer and from the stream', () => {
    expect(backFrom(contentOf(parts))).toEqual(parts);
    const { events } = encodeStream(toEvents(answer(parts), 2));
    expect(backFrom(addUp(events))).toEqual(parts);
  });

  it('go to Anthropic only where they are its own', () => {
    const { body, dropped } = encode({ turns: [user('Hi'), { role: 'assistant', parts }, user('Why?')] });
    expect(body.messages).toMatchObject([
      {},
      {
        content: [
          { type: 'thinking', thinking: 'Own', signature: 'Ep+/=' },
          { type: 'redacted_thinking', data: 'Eq==' },
          { type: 'text', text: 'Hi' },
          { type: 'tool_use' },
          { type: 'tool_use', id: 'c' },
        ],
      },
      {},
    ]);
    expect(dropped).toEqual(['messages.reasoning_content', 'messages.extra_content']);
  });

  it('a text’s proof that comes after another part began is not lost', () => {
    const at = (part: number) => ({ choice: 0, part });
    const { events } = encodeStream([
      { type: 'start', id: 'i', model: 'm', created: 1, usage: null },
      { type: 'part-start', ...at(0), content: { type: 'text' } },
      { type: 'part-delta', ...at(0), text: 'Hi' },
      { type: 'part-start', ...at(1), content: { type: 'reasoning' } },
      { type: 'signature', ...at(0), signature: { signer: 'google', value: 'p' } },
      { type: 'part-end', ...at(0) },
      { type: 'part-end', ...at(1) },
      { type: 'finish', choice: 0, reason: 'stop', native: null, stopSequence: null },
    ]);
    expect(backFrom(addUp(events))?.[0]).toMatchObject({ text: 'Hi', signature: { value: 'p' } });
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'survive the client in any order: seed %i',
    (seed) => {
      const random = seeded(seed);
      const some = random.list(random.between(0, 8), () => randomPart(random));
      const whole = backFrom(contentOf(some)) ?? [];
      expect(whole).toEqual(some);
      const { events } = encodeStream(toEvents(answer(some), random.between(0, 3)));
      expect(backFrom(addUp(events)) ?? []).toEqual(whole);
    },
  );
});

let ids = 0;
function randomPart(random: Seeded): Part {
  const signer = random.pick(['anthropic', 'google', 'openai', 'amazon', 'other'] as const);
  const said = random.pick(['Hm', 'ä:b', '{"x":1}', '👋', 'edgeway-call:x:y']);
  const foreign = random.pick(['google', 'openai', 'other'] as const);
  switch (random.between(0, 5)) {
    case 0:
      return thought(said, random.chance(0.7) ? said : undefined, signer);
    case 1:
      return hidden(signer === 'anthropic' || random.chance(0.5) ? '' : said, signer);
    case 2:
      return signedText(said, foreign);
    case 3:
      return signedCall(`c${ids++}`, foreign);
    case 4:
      return text(said);
    default:
      return call(`c.${ids++}`);
  }
}

describe('a request that its own vendor would refuse', () => {
  const holds = (...content: unknown[]): boolean =>
    holdsForeignProofs({
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content },
      ],
    });

  it('is told by any mark of ours', () => {
    const parts = [thought('a', 'g', 'google'), hidden('', 'openai'), hidden('b', 'openai')];
    const cited: Part = { type: 'text', text: 'a', citations: [PAGE] };
    for (const part of [...parts, signedText('a', 'google'), signedCall('a', 'google'), cited]) {
      expect(holds(...(contentOf([part]) as unknown[])), part.type).toBe(true);
    }
  });

  it('is not one with the vendor’s own blocks, or none', () => {
    const own = [thought('a', 'Ep==', 'anthropic'), thought('b'), text('c'), call('d')];
    expect(holds(...(contentOf(own) as unknown[]), { type: 'redacted_thinking', data: 'E' }, null)).toBe(
      false,
    );
    for (const body of [{}, { messages: 'x' }, { messages: [null, { role: 'assistant', content: 'x' }] }]) {
      expect(holdsForeignProofs(body)).toBe(false);
    }
  });
});
