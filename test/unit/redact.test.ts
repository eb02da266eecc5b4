import { describe, expect, it } from 'vitest';
import { createRedactor, MAX_PROVIDER_TEXT_BYTES } from '../../src/redact.ts';

const SECRET = 'sk-live+abc/def"123';

describe('createRedactor', () => {
  const redact = createRedactor([SECRET]);

  it.each([
    ['as it is', SECRET],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in base64', btoa(SECRET)],
    ['in base64 without padding', btoa(SECRET).replace(/=+$/, '')],
  ])('takes a secret out %s, wherever it stands', (_, form) => {
    const text = redact(`first ${form}, again=${form};`);
    expect(text).not.toContain(form);
    expect(text.match(/\[redacted\]/g)).toHaveLength(2);
    expect(text).toMatch(/^first .*, again=.*;$/);
  });

  it('takes the further secrets of one call out, and forgets them', () => {
    expect(redact('key client-key-0123', ['client-key-0123'])).toBe('key [redacted]');
    expect(redact('key client-key-0123')).toBe('key client-key-0123');
  });

  it('leaves no rest of a secret that contains another', () => {
    const both = createRedactor(['secret-123', 'secret-123-and-more']);
    expect(both('x secret-123-and-more y secret-123 z')).toBe('x [redacted] y [redacted] z');
    expect(both('secret-123-and-more-still', ['secret-123-and-more-still'])).toBe('[redacted]');
  });

  it('takes values for text, never for a pattern', () => {
    expect(createRedactor(['a.c.e.g.i', '$&$1$$$`'])('abcdefghi a.c.e.g.i $&$1$$$`')).toBe(
      'abcdefghi [redacted] [redacted]',
    );
  });

  it('leaves ordinary words alone when a secret is short or empty', () => {
    expect(createRedactor(['', 'model', '1234567'])('the model 1234567')).toBe('the model 1234567');
  });

  it('takes a secret in another script out', () => {
    expect(createRedactor(['geheimniß-日本'])('x geheimniß-日本 y')).toBe('x [redacted] y');
  });

  it.each([
    ['ASCII', 'x'.repeat(5000)],
    ['two bytes each', 'é'.repeat(3000)],
    ['three bytes each', '日'.repeat(3000)],
    ['four bytes each', `a${'😀'.repeat(3000)}`],
  ])('caps the size on a character edge: %s', (_, text) => {
    const capped = redact(text);
    expect(new TextEncoder().encode(capped).length).toBeLessThanOrEqual(MAX_PROVIDER_TEXT_BYTES);
    expect(new TextEncoder().encode(capped).length).toBeGreaterThan(MAX_PROVIDER_TEXT_BYTES - 8);
    expect(capped.endsWith('…')).toBe(true);
    expect(text.startsWith(capped.slice(0, -1))).toBe(true);
  });

  it('leaves a text of exactly the cap as it is', () => {
    const text = 'x'.repeat(MAX_PROVIDER_TEXT_BYTES);
    expect(redact(text)).toBe(text);
  });

  it('redacts before it cuts, so that no half of a secret stays at the end', () => {
    const text = 'x'.repeat(MAX_PROVIDER_TEXT_BYTES - 10) + SECRET;
    expect(redact(text)).not.toContain('sk-live');
  });
});
