import { expect, it } from 'vitest';
import { toUri } from '../../../../src/dialects/openai/uri.ts';

it.each([
  ['a URI as it is', 'https://a.example/b?c=%20d&e=[1]#f', 'https://a.example/b?c=%20d&e=[1]#f'],
  ['blanks', 'https://a.example/?q=San Francisco, CA', 'https://a.example/?q=San%20Francisco,%20CA'],
  ['other scripts and pictures', 'https://a.example/ü/😀', 'https://a.example/%C3%BC/%F0%9F%98%80'],
  ['half a picture', 'https://a.example/\ud83d', 'https://a.example/%EF%BF%BD'],
  ['braces and quotes', 'https://a.example/{"b"}', 'https://a.example/%7B%22b%22%7D'],
])('writes %s', (_, url, uri) => {
  expect(toUri(url)).toBe(uri);
});
