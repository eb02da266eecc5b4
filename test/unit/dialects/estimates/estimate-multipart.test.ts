import { describe, expect, it } from 'vitest';
import type { BodySource, ClientRequest } from '../../../../src/dialects/client-request.ts';
import { decodeMultipartRequest } from '../../../../src/dialects/openai-chat/multipart-request.ts';
import { ROUTES, type RouteId } from '../../../../src/dialects/routes.ts';
import { inPieces } from '../../../support/seeded.ts';

const encoder = new TextEncoder();
const field = (name: string, value: string) =>
  `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
const file = (name: string, content: string) =>
  `Content-Disposition: form-data; name="${name}"; filename="a"\r\n\r\n${content}`;
const form = (...parts: string[]) => `${parts.map((one) => `--b\r\n${one}\r\n`).join('')}--b--\r\n`;

interface Options {
  readonly isSingleTry?: boolean;
  readonly contentLength?: number | null;
}

function decode(id: RouteId, text: string, { isSingleTry = false, contentLength = null }: Options = {}) {
  const pieces = inPieces(encoder.encode(text), 64);
  const source = { contentLength, taken: 0, read: async () => pieces[source.taken++] ?? null };
  const route = ROUTES.find((one) => one.id === id);
  if (route === undefined) throw new Error(`no route ${id}`);
  const asked: BodySource = source;
  return decodeMultipartRequest({
    route,
    contentType: 'multipart/form-data; boundary=b',
    source: asked,
    isSingleTry: () => isSingleTry,
  });
}

async function drain(request: ClientRequest): Promise<void> {
  await new Response(request.encode({ model: 'm', includeUsage: false })).arrayBuffer();
}

describe('estimates of multipart bodies', () => {
  it.each(['audio.transcriptions', 'audio.translations'] as const)(
    'go by the size of a sound: %s',
    async (id) => {
      const request = await decode(id, form(field('model', 'm'), file('file', 'x'.repeat(20_000))));
      expect(request.quantities()).toEqual({ audioSeconds: 10 });
      expect(request.estimate()).toMatchObject({
        inputTokens: 200,
        audioInputTokens: 200,
        outputLimit: null,
        usualOutput: 50,
      });
    },
  );

  it('are exact for WAVE', async () => {
    const head = `RIFF....WAVEfmt ${'.'.repeat(12)}\u0000\u007d\u0000\u0000${'.'.repeat(12)}`; // 32,000 bytes a second
    const request = await decode(
      'audio.transcriptions',
      form(field('model', 'm'), file('file', head + 'x'.repeat(96_000 - 44))),
    );
    expect(request.quantities()).toEqual({ audioSeconds: 3 });
  });

  it.each([
    [form(field('model', 'm'), field('n', '3'), file('image', 'png')), 3],
    [form(field('model', 'm'), file('image', 'png')), 1],
    [form(field('model', 'm'), file('image', 'png'), field('n', 'many')), 1],
    [form(field('model', 'm'), file('image', 'png'), field('n', '99')), 10],
  ])('count the pictures that are to be made', async (text, images) => {
    const request = await decode('images.edits', text);
    expect(request.quantities()).toEqual({ images });
    expect(request.estimate()).toMatchObject({ choices: images, usualOutput: 6240, outputLimit: null });
  });

  it('count the pictures that are shown, and the text', async () => {
    const two = [file('image[]', 'png'), file('image[]', 'png')];
    const request = await decode(
      'images.edits',
      form(field('model', 'm'), ...two, field('prompt', 'Make it blue.')),
    );
    expect(request.estimate().inputTokens).toBeGreaterThan(9000);
    const variation = await decode('images.variations', form(field('model', 'm'), file('image', 'png')));
    expect(variation.estimate().inputTokens).toBe(4500);
  });

  it('do not wait for a body that streams through, and know more once it has', async () => {
    const text = form(field('model', 'm'), file('image', 'x'.repeat(5000)), field('n', '2'));
    const request = await decode('images.edits', text, { isSingleTry: true });
    expect(request.isReplayable).toBe(false);
    expect(request.quantities()).toEqual({ images: 10 }); // as many as there can be
    await drain(request);
    expect(request.quantities()).toEqual({ images: 2 });
  });

  it('take the declared length for a sound on its way, and a megabyte where none is declared', async () => {
    const text = form(field('model', 'm'), file('file', 'x'.repeat(8000)));
    const declared = await decode('audio.transcriptions', text, { isSingleTry: true, contentLength: 40_000 });
    expect(declared.quantities()).toEqual({ audioSeconds: 20 });
    const undeclared = await decode('audio.transcriptions', text, { isSingleTry: true });
    expect(undeclared.quantities()).toEqual({ audioSeconds: (1024 * 1024) / 2000 });
    await drain(undeclared);
    expect(undeclared.quantities()).toEqual({ audioSeconds: 4 });
  });
});
