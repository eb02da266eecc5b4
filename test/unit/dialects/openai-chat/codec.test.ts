import { describe, expect, it } from 'vitest';
import { openaiChat as codec } from '../../../../src/dialects/openai-chat/codec.ts';
import { ProviderTimeout, toErrorWire } from '../../../../src/errors.ts';

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

describe('the chat form as an upstream and as a door', () => {
  it('is called at /chat/completions', () => {
    expect(codec.path({ model: 'gpt', wantsStream: false })).toBe('/chat/completions');
    expect(codec.headers).toEqual({});
    expect(codec.streamType).toBe('text/event-stream');
  });

  it('tells errors as its clients expect them, in a body and in a stream', () => {
    const wire = toErrorWire(new ProviderTimeout('Too late'));
    expect(codec.encodeError(wire, 'req-1')).toEqual({ error: wire.error });
    const event = `data: ${JSON.stringify({ error: wire.error })}\n\n`;
    expect(text(codec.encodeFailure(wire, null))).toBe(event);
  });

  it('keeps clients waiting with a comment', () => {
    expect(text(codec.keepAlive)).toMatch(/^:.*\n\n$/);
  });

  it('reads errors, and nothing that is none', () => {
    const error = { type: 'server_error', message: 'No', param: null, code: '7' };
    expect(codec.readError({ error: { ...error, code: 7 } }, new Headers())).toEqual(error);
    expect(codec.readError('<html>', new Headers())).toBeNull();
  });

  it('looks at answers that pass straight through', () => {
    const { straight } = codec;
    const usage = { prompt_tokens: 3, completion_tokens: 4 };
    expect(straight.readUsage({ choices: [], usage })).toMatchObject({ inputTokens: 3, outputTokens: 4 });
    expect(straight.readUsage({ choices: [], x_groq: { usage } })).toMatchObject({ inputTokens: 3 });
    expect(straight.readUsage({ choices: [] })).toBeNull();
    expect(straight.isError({ error: { message: 'No' } })).toBe(true);
    expect(straight.isError({ choices: [], error: { message: 'No' } })).toBe(false);
    const observer = straight.createObserver({ choices: 1, doneIsEnd: true });
    expect(observer.observe({ bytes: new Uint8Array(), data: '[DONE]', name: null })).toBe('done');
    expect(observer.isComplete).toBe(true);
  });
});
