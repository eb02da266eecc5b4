import { describe, expect, it } from 'vitest';
import { hashKey } from '../../../../src/cache/hash-key.ts';
import { tenantScope } from '../../../../src/cache/tenant-scope.ts';
import type { ClientRequest } from '../../../../src/dialects/client-request.ts';
import { decodeMultipartRequest } from '../../../../src/dialects/openai-chat/multipart-request.ts';
import { readAsked } from '../../../../src/gateway/cache/asked.ts';
import { keyPartsOf } from '../../../../src/gateway/cache/key-parts.ts';
import { routeOf } from '../../../support/cache/keys.ts';
import { inPieces } from '../../../support/seeded.ts';

const encoder = new TextEncoder();
const NO_HEADERS = new Headers();

describe('a multipart body', () => {
  interface Part {
    readonly head: string;
    readonly content: string;
  }
  const field = (name: string, content: string): Part => ({
    head: `Content-Disposition: form-data; name="${name}"`,
    content,
  });
  const file = (content: string, { name = 'file', filename = 'a.wav', type = 'audio/wav' } = {}): Part => ({
    head: `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: ${type}`,
    content,
  });
  const form = (parts: readonly Part[], boundary: string): string =>
    `${parts.map(({ head, content }) => `--${boundary}\r\n${head}\r\n\r\n${content}\r\n`).join('')}--${boundary}--\r\n`;

  function decode(text: string, boundary: string, isSingleTry = false): Promise<ClientRequest> {
    const pieces = inPieces(encoder.encode(text), 50);
    return decodeMultipartRequest({
      route: routeOf('images.edits'),
      contentType: `multipart/form-data; boundary=${boundary}`,
      source: { contentLength: null, read: async () => pieces.shift() ?? null },
      isSingleTry: () => isSingleTry,
    });
  }

  async function keyOf(parts: readonly Part[], { boundary = 'b', before = '', model = 'm' } = {}) {
    const all = model === '' ? parts : [field('model', model), ...parts];
    const request = await decode(before + form(all, boundary), boundary);
    const asked = readAsked(routeOf('images.edits'), request, NO_HEADERS);
    const scope = tenantScope({ keyId: 'k', project: 'p', organization: null }, 'project');
    const parted =
      asked && keyPartsOf(asked, 'm', { scope, namespace: null, policy: '', mayBeStored: false });
    return parted === null ? null : hashKey(parted)?.hash;
  }

  const PARTS = [
    field('prompt', 'A cat'),
    file('RIFF\0\r\n--c'),
    file('RIFF\0', { filename: 'b.wav' }),
    field('n', '2'),
  ];

  it('is known by its content, not by its boundary', async () => {
    const key = await keyOf(PARTS);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(await keyOf(PARTS, { boundary: 'another-1' })).toBe(key);
    expect(await keyOf(PARTS, { before: 'preamble\r\n' })).toBe(key);
    const shouted = PARTS.map(({ head, content }) => ({
      head: head.replaceAll('Content-', 'content-'),
      content,
    }));
    expect(await keyOf(shouted)).toBe(key);
  });

  it('is known without who asks, and without the model, which is a part of its own', async () => {
    const key = await keyOf(PARTS);
    expect(await keyOf([...PARTS, field('user', 'ann')])).toBe(key);
    expect(await keyOf(PARTS, { model: 'other' })).toBe(key);
    expect(await keyOf(PARTS, { model: '' })).toBe(key);
  });

  it.each<[string, readonly Part[]]>([
    ['a value', [field('prompt', 'A dog'), ...PARTS.slice(1)]],
    ['a field more', [...PARTS, field('size', '1x1')]],
    ['a field twice', [...PARTS, field('n', '2')]],
    ['a field less', PARTS.slice(0, -1)],
    ['their order', [...PARTS].reverse()],
    ['a name', [field('prompt', 'A cat'), ...PARTS.slice(1, -1), field('m', '2')]],
    ['a byte of a file', [field('prompt', 'A cat'), file('RIFF\x01\r\n--c'), ...PARTS.slice(2)]],
    [
      'the name of a file',
      [field('prompt', 'A cat'), file('RIFF\0\r\n--c', { filename: 'c.wav' }), ...PARTS.slice(2)],
    ],
    [
      'the type of a file',
      [field('prompt', 'A cat'), file('RIFF\0\r\n--c', { type: 'audio/mp3' }), ...PARTS.slice(2)],
    ],
    ['a file where a field was', [file('A cat', { name: 'prompt' }), ...PARTS.slice(1)]],
    ['where one part ends', [field('prompt', 'A ca'), file('tRIFF\0\r\n--c'), ...PARTS.slice(2)]],
  ])('differs by %s', async (_, parts) => {
    expect(await keyOf(parts)).toMatch(/^[0-9a-f]{64}$/);
    expect(await keyOf(parts)).not.toBe(await keyOf(PARTS));
  });

  it('that streams through has no key', async () => {
    const text = form([field('model', 'm'), file('RIFF'.repeat(100))], 'b');
    const request = await decode(text, 'b', true);
    expect(request.isReplayable).toBe(false);
    expect(readAsked(routeOf('images.edits'), request, NO_HEADERS)).toBeNull();
  });
});
