import { describe, expect, it } from 'vitest';
import { TypedStreamObserver } from '../../../../src/dialects/openai-chat/typed-stream-observer.ts';

function observe(observer: TypedStreamObserver, data: unknown, name: string | null = null) {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return observer.observe({ bytes: new Uint8Array(0), data: text, name });
}

describe('TypedStreamObserver', () => {
  it('counts the text of a transcription, and is complete at its closing event', () => {
    const observer = new TypedStreamObserver();
    expect(observe(observer, { type: 'transcript.text.delta', delta: 'Hello ' })).toBe('content');
    expect(observe(observer, { type: 'transcript.text.delta', delta: 'there' })).toBe('content');
    expect(observer).toMatchObject({ outputCharacters: 11, isComplete: false, usage: null });
    const usage = { input_tokens: 14, output_tokens: 3, total_tokens: 17 };
    observe(observer, { type: 'transcript.text.done', text: 'Hello there', usage });
    expect(observer).toMatchObject({ outputCharacters: 11, isComplete: true });
    expect(observer.usage).toMatchObject({ inputTokens: 14, outputTokens: 3 });
  });

  it.each(['speech.audio.done', 'image_generation.completed', 'image_edit.completed'])(
    'is complete at %s',
    (type) => {
      const observer = new TypedStreamObserver();
      observe(observer, { type: type.replace(/\.\w+$/, '.partial') });
      expect(observer.isComplete).toBe(false);
      observe(observer, { type });
      expect(observer.isComplete).toBe(true);
    },
  );

  it('takes the type from the event’s name where the data has none', () => {
    const observer = new TypedStreamObserver();
    expect(observe(observer, { text: 'x' }, 'transcript.text.done')).toBe('content');
    expect(observer.isComplete).toBe(true);
  });

  it.each([
    [{ type: 'error', error: { message: 'x' } }, null],
    [{ error: { message: 'x' } }, null],
    [{ message: 'x' }, 'error'],
    [{ type: 'error', message: 'x' }, null],
  ])('finds the error in %j', (value, name) => {
    const observer = new TypedStreamObserver();
    expect(observe(observer, value, name)).toBe('error');
    expect(observer.error).toEqual(value);
    expect(observer.isComplete).toBe(false);
  });

  it('passes [DONE] on, and takes it for no end', () => {
    const observer = new TypedStreamObserver();
    expect(observe(observer, '[DONE]')).toBe('done');
    expect(observer).toMatchObject({ isComplete: false, doneMarker: null });
  });

  it.each(['', '{', 'null', '[]', '7', '{}'])('never throws, and finds nothing in %j', (data) => {
    expect(observe(new TypedStreamObserver(), data)).toBe('other');
  });
});
