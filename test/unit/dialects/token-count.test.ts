import { describe, expect, it } from 'vitest';
import type { Part } from '../../../src/dialects/canonical.ts';
import { encodeTokenCount, estimateInputTokens } from '../../../src/dialects/token-count.ts';
import { requestWith, user } from '../../support/canonical.ts';

const requestOf = (parts: readonly Part[]) => requestWith({ turns: [user(...parts)] });

describe('estimateInputTokens', () => {
  it('counts English prose within a fifth of what a tokenizer says', () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(20); // 201 tokens in o200k
    expect(estimateInputTokens(requestOf([{ type: 'text', text }]))).toBeGreaterThan(160);
    expect(estimateInputTokens(requestOf([{ type: 'text', text }]))).toBeLessThan(245);
  });

  it('counts every kind of part', () => {
    const text: Part = { type: 'text', text: 'hello' };
    const parts: Part[] = [
      { type: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } },
      { type: 'tool-call', id: 'a', name: 'look_up', input: '{"q":"weather"}', isCustom: false },
      {
        type: 'tool-result',
        callId: 'a',
        name: null,
        content: [{ type: 'text', text: 'rain' }],
        isError: false,
      },
      {
        type: 'file',
        source: { kind: 'inline', mediaType: 'application/pdf', data: 'A'.repeat(4000) },
        name: null,
      },
      { type: 'reasoning', text: 'think', signature: null, redacted: null, signer: 'other' },
    ];
    const alone = estimateInputTokens(requestOf([text]));
    for (const part of parts) expect(estimateInputTokens(requestOf([text, part]))).toBeGreaterThan(alone);
  });
});

describe('encodeTokenCount', () => {
  it('answers in the form of the door', () => {
    expect(encodeTokenCount('anthropic-messages', 7)).toEqual({ input_tokens: 7 });
    expect(encodeTokenCount('gemini', 7)).toEqual({ totalTokens: 7 });
  });
});
