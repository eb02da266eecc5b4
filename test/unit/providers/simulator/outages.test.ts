import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../../../../src/providers/simulator/behaviour.ts';
import { type Answer, askStream, CHAT, call, say } from './support.ts';

const ROUTES = [
  [CHAT, { messages: say('hi') }],
  ['/v1/completions', { prompt: 'hi' }],
  ['/v1/embeddings', { input: 'hi' }],
] as const;

/** A model of the configuration that behaves like this. */
const simulate = (behaviour: Partial<Behaviour>) => ({ behaviours: { mine: behaviour } });
const ask = (behaviour: Partial<Behaviour>, fields: object = {}, signal?: AbortSignal) =>
  call(
    CHAT,
    { model: 'mine', messages: say('hi'), ...fields },
    { ...simulate(behaviour), ...(signal ? { signal } : {}) },
  );
const stream = (behaviour: Partial<Behaviour>, fields: object = {}) =>
  askStream(CHAT, { model: 'mine', messages: say('hi'), ...fields }, simulate(behaviour));
const tokensOf = (chunks: Answer[]) =>
  chunks.filter((chunk) => chunk.choices?.some((choice) => choice.delta.content)).length;

describe('ordered errors', () => {
  it.each(ROUTES)('answer with their status on %s', async (path, fields) => {
    const response = await call(path, { model: 'sim-error-429', ...fields });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(response.headers.get('x-request-id')).toMatch(/^req_sim_/);
    expect(await response.json()).toEqual({
      error: {
        message: expect.any(String),
        type: 'requests',
        param: null,
        code: 'rate_limit_exceeded',
      },
    });
  });

  it('are JSON for streams too', async () => {
    const response = await ask({ error_status: 503, first_token_ms: 1 }, { stream: true });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { type: 'server_error', code: null } });
  });

  it('strike the same share of requests, and the same ones, each time', async () => {
    const statuses = async () => {
      const answers = Array.from({ length: 200 }, (_, user) =>
        ask({ error_rate: 0.3 }, { user: `u${user}` }),
      );
      return (await Promise.all(answers)).map((response) => response.status);
    };
    const first = await statuses();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    const failures = first.filter((status) => status === 500).length;
    expect(failures).toBeGreaterThan(30);
    expect(failures).toBeLessThan(90);
    expect(await statuses()).toEqual(first);
  });

  it.each([
    [0, 200],
    [1, 418],
  ])('with rate %d answer %i', async (error_rate, status) => {
    expect((await ask({ error_rate, error_status: 418 })).status).toBe(status);
  });
});

describe('dying connections', () => {
  it.each([0, 1, 5])('break a stream after %i tokens', async (die_after_tokens) => {
    const { chunks, done, failure } = await stream({ die_after_tokens });
    expect(tokensOf(chunks)).toBe(die_after_tokens);
    expect(chunks.every((chunk) => chunk.choices.every((choice) => choice.finish_reason === null))).toBe(
      true,
    );
    expect(failure).toBeInstanceOf(Error);
    expect(done).toBe(false);
  });

  it('break before the finish reason when the answer is just as long', async () => {
    const { chunks, failure } = await stream({ die_after_tokens: 3, answer_tokens: 3 });
    expect(tokensOf(chunks)).toBe(3);
    expect(failure).toBeInstanceOf(Error);
  });

  it('do not break an answer that is shorter', async () => {
    const { done } = await stream({ die_after_tokens: 4, answer_tokens: 3 });
    expect(done).toBe(true);
    const whole = await ask({ die_after_tokens: 4, answer_tokens: 3 });
    expect(await whole.json()).toMatchObject({ object: 'chat.completion' });
  });

  it('count the tokens of all choices', async () => {
    expect(tokensOf((await stream({ die_after_tokens: 5 }, { n: 3 })).chunks)).toBe(5);
  });

  it.each(ROUTES)('break the body on %s', async (path, fields) => {
    const response = await call(path, { model: 'sim-dies', ...fields });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('simulated connection broke');
  });
});

describe('errors inside a stream', () => {
  it.each([0, 2])('end it after %i tokens, without [DONE]', async (in_stream_error_after_tokens) => {
    const { chunks, done, failure } = await stream({ in_stream_error_after_tokens });
    expect(tokensOf(chunks)).toBe(in_stream_error_after_tokens);
    expect(chunks.at(-1)).toEqual({
      error: { message: expect.any(String), type: 'server_error', param: null, code: 'simulated_error' },
    });
    expect(done).toBe(false);
    expect(failure).toBeUndefined();
  });

  it('become an error with status 200 where nothing is streamed', async () => {
    const response = await ask({ in_stream_error_after_tokens: 2 });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ error: { code: 'simulated_error' } });
  });
});

describe('hanging upstreams', () => {
  it.each([{}, { stream: true }])('before the headers, until the gateway gives up: %j', async (fields) => {
    const abort = new AbortController();
    const answer = ask({ hang: 'headers' }, fields, abort.signal);
    const reason = new Error('first-token timeout');
    queueMicrotask(() => abort.abort(reason));
    await expect(answer).rejects.toThrow('first-token timeout');
  });

  it('after the headers and the role', async () => {
    const abort = new AbortController();
    const response = await ask({ hang: 'first_token' }, { stream: true }, abort.signal);
    const reader = response.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    expect(first.match(/^data: /gm)).toHaveLength(1);
    expect(first).toContain('"role":"assistant"');
    const second = reader?.read();
    abort.abort(new Error('idle timeout'));
    await expect(second).rejects.toThrow('idle timeout');
  });

  it('after half of the tokens', async () => {
    const abort = new AbortController();
    const response = await ask({ hang: 'mid_stream', answer_tokens: 7 }, { stream: true }, abort.signal);
    const reader = response.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    expect(first.match(/^data: /gm)).toHaveLength(1 + 4);
    const second = reader?.read();
    abort.abort(new Error('idle timeout'));
    await expect(second).rejects.toThrow('idle timeout');
  });

  it.each(['first_token', 'mid_stream'] as const)('in a body that is not streamed: %s', async (hang) => {
    const abort = new AbortController();
    const response = await ask({ hang }, {}, abort.signal);
    expect(response.status).toBe(200);
    const reading = response.text();
    abort.abort(new Error('total timeout'));
    await expect(reading).rejects.toThrow('total timeout');
  });

  it.each([{}, { stream: true }])(
    'reject at once when the signal has aborted already: %j',
    async (fields) => {
      const signal = AbortSignal.abort(new Error('gone'));
      await expect(ask({}, fields, signal)).rejects.toThrow('gone');
    },
  );

  it('reject while an answer is being waited for', async () => {
    const abort = new AbortController();
    const answer = ask({ first_token_ms: 60_000 }, {}, abort.signal);
    queueMicrotask(() => abort.abort(new Error('gone')));
    await expect(answer).rejects.toThrow('gone');
  });
});
