/** traps H14: prompts and answers are in no log, unless their key asks for it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Gateway, makeKey, startGateway } from '../support/gateway.ts';

const logged = makeKey('logged', { log_content: true });
const LONG = 'long words '.repeat(10_000);

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ config: { providers: { simulator: {} } }, keys: [logged] });
});
afterAll(() => gateway.stop());

const findContent = (requestId: string | null) =>
  gateway.lines.find((line) => line.type === 'content' && line.request_id === requestId);

/** Of a stream the line may come a moment after the answer. */
async function contentOf(requestId: string | null): Promise<Record<string, unknown>> {
  return vi.waitUntil(() => findContent(requestId), { timeout: 10_000 });
}

async function ask(path: string, body: object, key?: string): Promise<{ id: string | null; text: string }> {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const response = await gateway.post(path, body, headers);
  expect(response.status).toBe(200);
  const id = response.headers.get('x-request-id');
  const text = await response.text();
  await gateway.lineOf(id);
  return { id, text };
}

const chat = (content: string, stream = false) => ({
  model: 'simulator/sim-fast',
  stream,
  messages: [{ role: 'user', content }],
});

describe('content', () => {
  it.each([
    ['a whole answer', '/v1/chat/completions', chat('marker-whole')],
    ['a stream', '/v1/chat/completions', chat('marker-stream', true)],
    [
      'a translated stream',
      '/v1/messages',
      {
        model: 'simulator/sim-fast',
        max_tokens: 100,
        stream: true,
        messages: [{ role: 'user', content: 'marker-translated' }],
      },
    ],
  ])('is logged for a key that asks for it: %s', async (_, path, body) => {
    const { id, text } = await ask(path, body, logged.key);
    expect(await contentOf(id)).toEqual({
      type: 'content',
      request_id: id,
      request: JSON.stringify(body),
      response: text,
      truncated: false,
    });
  });

  it('is cut where it is long', async () => {
    const { id } = await ask('/v1/chat/completions', chat(LONG), logged.key);
    const line = await contentOf(id);
    expect(line.truncated).toBe(true);
    expect(String(line.request)).toHaveLength(32 * 1024);
  });

  it.each([false, true])('is in no line for any other key, streaming: %s', async (stream) => {
    const marker = `unlogged-marker-${stream}`;
    const { id, text } = await ask('/v1/chat/completions', chat(marker, stream));
    expect(text).not.toBe('');
    await ask('/v1/chat/completions', chat('a later one'));
    expect(findContent(id)).toBeUndefined();
    expect(gateway.output()).not.toContain(marker);
  });
});
