import { describe, expect, it } from 'vitest';
import { toJsonArray } from '../../../src/http/json-array-stream.ts';

const sse = (text: string): Response =>
  new Response(text, {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'r' },
  });

describe('toJsonArray', () => {
  it('turns events into the elements of an array, and drops comments', async () => {
    const response = toJsonArray(sse(': hi\n\ndata: {"a":1}\r\n\r\ndata: {"b":[2]}\r\n\r\n'));
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-request-id')).toBe('r');
    expect(await response.json()).toEqual([{ a: 1 }, { b: [2] }]);
  });

  it('writes an empty array for a stream without events', async () => {
    expect(await toJsonArray(sse('')).json()).toEqual([]);
  });

  it('leaves an error answer as it is', async () => {
    const error = Response.json({ error: { code: 404 } }, { status: 404 });
    expect(toJsonArray(error)).toBe(error);
  });
});
