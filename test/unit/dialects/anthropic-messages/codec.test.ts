import { describe, expect, it } from 'vitest';
import { anthropicMessages as codec } from '../../../../src/dialects/anthropic-messages/codec.ts';
import { ProviderTimeout, toErrorWire } from '../../../../src/errors.ts';

const operation = { model: 'claude', wantsStream: true };
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

describe('the Anthropic form as an upstream and as a door', () => {
  it('is called at /messages, with its version', () => {
    expect(codec.path(operation)).toBe('/messages');
    expect(codec.headers).toEqual({ 'anthropic-version': '2023-06-01' });
    expect(codec.streamType).toBe('text/event-stream');
  });

  it('tells errors as its clients expect them, in a body and in a stream', () => {
    const wire = toErrorWire(new ProviderTimeout('Too late'));
    const body = { type: 'error', error: { type: 'timeout_error', message: 'Too late' } };
    expect(codec.encodeError(wire, 'req-1')).toEqual({ ...body, request_id: 'req-1' });
    expect(text(codec.encodeFailure(wire, null))).toBe(`event: error\ndata: ${JSON.stringify(body)}\n\n`);
  });

  it('keeps clients waiting with a ping', () => {
    expect(text(codec.keepAlive)).toBe('event: ping\ndata: {"type":"ping"}\n\n');
  });

  it('reads errors, and nothing that is none', () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    expect(codec.readError({ type: 'error', error }, new Headers())).toMatchObject(error);
    expect(codec.readError('<html>', new Headers())).toBeNull();
  });

  it('looks at answers that pass straight through', () => {
    const { straight } = codec;
    const usage = { input_tokens: 3, output_tokens: 4 };
    expect(straight.readUsage({ type: 'message', usage })).toMatchObject({ inputTokens: 3, outputTokens: 4 });
    expect(straight.readUsage({ type: 'message' })).toBeNull();
    expect(straight.isError({ type: 'error', error: { message: 'No' } })).toBe(true);
    expect(straight.isError({ type: 'message', content: [] })).toBe(false);
    const observer = straight.createObserver({ choices: 1, doneIsEnd: false });
    const [frame] = codec.createFramer('text/event-stream').push(codec.keepAlive);
    expect(observer.observe({ bytes: codec.keepAlive, data: frame?.data ?? null, name: 'ping' })).toBe(
      'other',
    );
  });
});
