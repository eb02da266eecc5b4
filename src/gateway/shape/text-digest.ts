/**
 * 53 bits of texts: enough to tell conversations apart, no secret and no proof. Two lanes of multiplications over UTF-16 code
 * units, mixed at the end, after the public-domain `cyrb53` (https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js).
 */

/** Of each text, no more than these characters are read; its length counts too. */
const MAX_READ = 16_384;

/** 14 hexadecimal digits. The same texts in the same order give the same; where one ends and the next begins matters. */
export function textDigest(texts: readonly string[]): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const text of texts) {
    const end = Math.min(text.length, MAX_READ);
    for (let at = 0; at < end; at += 1) {
      const unit = text.charCodeAt(at);
      high = Math.imul(high ^ unit, 0x9e3779b1);
      low = Math.imul(low ^ unit, 0x5f356495);
    }
    high = Math.imul(high ^ text.length, 0x85ebca6b);
    low = Math.imul(low ^ text.length, 0xc2b2ae35);
  }
  const mixedHigh = mix(high) ^ mix(low ^ 0x27d4eb2f);
  const mixedLow = mix(low) ^ mix(high ^ 0x165667b1);
  return ((mixedHigh & 0x1fffff) * 2 ** 32 + (mixedLow >>> 0)).toString(16).padStart(14, '0');
}

function mix(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
