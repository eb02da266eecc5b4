import { describe, expect, it } from 'vitest';
import type { BodySource, ClientRequest } from '../../../../src/dialects/client-request.ts';
import { decodeMultipartRequest } from '../../../../src/dialects/openai-chat/multipart-request.ts';
import type { Route, RouteId } from '../../../../src/dialects/routes.ts';
import { ROUTES } from '../../../../src/dialects/routes.ts';
import { InvalidRequest } from '../../../../src/errors.ts';
import { inPieces } from '../../../support/seeded.ts';

const encoder = new TextEncoder();
const CONTENT_TYPE = 'multipart/form-data; boundary=b';
const MODEL = 'Content-Disposition: form-data; name="model"\r\n\r\nwhisper-1';
const FILE = 'Content-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF\0\0';
const form = (...parts: string[]) => `${parts.map((one) => `--b\r\n${one}\r\n`).join('')}--b--\r\n`;

const routeOf = (id: RouteId): Route => {
  const route = ROUTES.find((one) => one.id === id);
  if (route === undefined) throw new Error(`no route ${id}`);
  return route;
};

/** A source that hands out pieces, and counts how many were taken. */
function sourceOf(text: string, pieceLength: number, contentLength: number | null = null) {
  const pieces = inPieces(encoder.encode(text), pieceLength);
  const source = {
    taken: 0,
    contentLength,
    read: async () => {
      const piece = pieces[source.taken] ?? null;
      source.taken += 1;
      return piece;
    },
  };
  return source;
}

interface DecodeOptions {
  readonly isSingleTry?: boolean;
  readonly route?: RouteId;
  readonly contentType?: string;
}

const decode = (source: BodySource, options: DecodeOptions = {}): Promise<ClientRequest> =>
  decodeMultipartRequest({
    route: routeOf(options.route ?? 'audio.transcriptions'),
    contentType: options.contentType ?? CONTENT_TYPE,
    source,
    isSingleTry: () => options.isSingleTry ?? false,
  });

async function sent(request: ClientRequest, model: string): Promise<string> {
  const body = await new Response(request.encode({ model, includeUsage: false })).arrayBuffer();
  return new TextDecoder().decode(body);
}

describe('decodeMultipartRequest', () => {
  it.each([1, 7, 4096])('changes nothing but the model, with the body in pieces of %i', async (length) => {
    const text = form(FILE, MODEL, 'Content-Disposition: form-data; name="language"\r\n\r\nde');
    const request = await decode(sourceOf(text, length));
    expect(request).toMatchObject({ model: 'whisper-1', wantsStream: false, isReplayable: true });
    expect(await sent(request, 'whisper-1')).toBe(text);
    expect(await sent(request, 'other')).toBe(text.replace('whisper-1', 'other'));
  });

  it('streams through once the model is known, where it can be sent once only', async () => {
    const text = form(MODEL, FILE.replace('RIFF', 'R'.repeat(5000)));
    const source = sourceOf(text, 100);
    const request = await decode(source, { isSingleTry: true });
    expect(request.isReplayable).toBe(false);
    expect(source.taken).toBeLessThan(5);
    expect(await sent(request, 'a-longer-name')).toBe(text.replace('whisper-1', 'a-longer-name'));
  });

  it('keeps the declared length right while it streams through', async () => {
    const text = form(MODEL, FILE);
    const source = sourceOf(text, 60, text.length);
    const request = await decode(source, { isSingleTry: true });
    expect(await sent(request, 'm')).toBe(text.replace('whisper-1', 'm'));
  });

  it('reads all of it where the model comes last', async () => {
    const request = await decode(sourceOf(form(FILE, MODEL), 10), { isSingleTry: true });
    expect(await sent(request, 'm')).toBe(form(FILE, MODEL).replace('whisper-1', 'm'));
  });

  it('adds the model where the route has a default and the client named none', async () => {
    const request = await decode(sourceOf(form(FILE), 10), { route: 'images.edits' });
    expect(request.model).toBe('dall-e-2');
    const added = 'Content-Disposition: form-data; name="model"\r\n\r\nmine';
    expect(await sent(request, 'mine')).toBe(form(added, FILE));
    const behind = await decode(sourceOf(`a preamble\r\n${form(FILE)}`, 10), { route: 'images.edits' });
    expect(await sent(behind, 'mine')).toBe(`a preamble\r\n${form(added, FILE)}`);
  });

  it.each([
    ['true', true],
    ['false', false],
    ['1', false],
  ])('reads the wish for a stream: %s', async (value, expected) => {
    const text = form(`Content-Disposition: form-data; name="stream"\r\n\r\n${value}`, MODEL);
    expect((await decode(sourceOf(text, 50))).wantsStream).toBe(expected);
  });

  it.each([
    'multipart/form-data; boundary="b"',
    'Multipart/Form-Data;boundary=b',
    'multipart/form-data; charset=utf-8; boundary=b',
  ])('reads the boundary of %s', async (contentType) => {
    expect((await decode(sourceOf(form(MODEL), 50), { contentType })).model).toBe('whisper-1');
  });

  it.each([
    '',
    'application/json',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/mixed; boundary=b',
    'multipart/form-data; boundary=b; boundary=c',
    'multipart/form-data; x="; boundary=b',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
  ])('refuses the content type %j', async (contentType) => {
    await expect(decode(sourceOf(form(MODEL), 50), { contentType })).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'content-type',
    });
  });

  it.each([
    ['no model', form(FILE), 'model'],
    ['an empty model', form(MODEL.replace('whisper-1', '')), 'model'],
    ['traps H6: two models', form(MODEL, FILE, MODEL), 'model'],
    ['a closing boundary that is missing', form(MODEL).replace('--b--', ''), null],
    ['nothing', '', null],
    ['JSON', '{"model":"whisper-1"}', null],
    ['a part without a name', form('X: y\r\n\r\nz'), null],
  ])('refuses %s', async (_, text, param) => {
    await expect(decode(sourceOf(text, 16))).rejects.toMatchObject({ code: 'invalid_request', param });
  });

  it('traps H6: refuses a model name that is too long, however it arrives', async () => {
    const text = form(FILE, MODEL.replace('whisper-1', 'm'.repeat(6000)));
    for (const length of [10, 100_000])
      await expect(decode(sourceOf(text, length), { route: 'images.edits' })).rejects.toBeInstanceOf(
        InvalidRequest,
      );
  });

  it.each([
    ['a second model behind the file', form(MODEL, FILE, MODEL.replace('whisper-1', 'denied')), 'model'],
    ['a closing boundary that is missing', form(MODEL, FILE).replace('--b--', ''), null],
    ['something behind the closing boundary', `${form(MODEL, FILE)}--b\r\n${MODEL}\r\n--b--`, null],
  ])('traps H6: breaks a body off that streams through, and tells why: %s', async (_, text, param) => {
    const request = await decode(sourceOf(text, 60), { isSingleTry: true });
    const refusals: Error[] = [];
    request.onLateRefusal((refusal) => refusals.push(refusal));
    await expect(sent(request, 'm')).rejects.toThrow();
    expect(refusals).toMatchObject([{ code: 'invalid_request', param }]);
  });

  it('tells of no refusal where there is none', async () => {
    const request = await decode(sourceOf(form(MODEL, FILE), 60), { isSingleTry: true });
    const refusals: Error[] = [];
    request.onLateRefusal((refusal) => refusals.push(refusal));
    await sent(request, 'm');
    expect(refusals).toEqual([]);
  });

  it('lets go of the bytes', async () => {
    const request = await decode(sourceOf(form(MODEL), 50));
    request.release();
    expect(() => request.encode({ model: 'm', includeUsage: false })).toThrow('released');
  });
});
