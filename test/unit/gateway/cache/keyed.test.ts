import { describe, expect, it } from 'vitest';
import { RecentKeys } from '../../../../src/cache/recent-keys.ts';
import { tenantScope } from '../../../../src/cache/tenant-scope.ts';
import { decodeJsonRequest } from '../../../../src/dialects/json-request.ts';
import type { RouteId } from '../../../../src/dialects/routes.ts';
import type { KeyPlace } from '../../../../src/gateway/cache/key-parts.ts';
import { type KeySources, keyRequest } from '../../../../src/gateway/cache/keyed.ts';
import { routeOf } from '../../../support/cache/keys.ts';

const PLACE: KeyPlace = {
  scope: tenantScope({ keyId: 'key-1', project: 'shop', organization: null }, 'project'),
  namespace: null,
  policy: 'p',
  mayBeStored: false,
};
const CHAT = '{"model":"m","temperature":0,"messages":[{"role":"user","content":"Hi"}]}';

interface Asked {
  readonly id?: RouteId;
  readonly json?: string;
  readonly inPath?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly more?: Partial<Omit<KeySources, 'route' | 'request' | 'headers' | 'placeOf'>>;
  readonly place?: Partial<KeyPlace>;
}

function sourcesOf({ id = 'chat.completions', json = CHAT, inPath, headers = {}, more, place }: Asked) {
  const route = routeOf(id);
  const bytes = new TextEncoder().encode(json);
  const request = decodeJsonRequest(route, bytes, inPath === undefined ? null : { model: inPath });
  const sources: KeySources = {
    route,
    request,
    headers: new Headers(headers),
    mode: 'auto',
    model: 'm',
    placeOf: () => ({ ...PLACE, ...place }),
    ...more,
  };
  return sources;
}

const remembering = () => new RecentKeys(() => 0);
const afresh = (asked: Asked) => keyRequest(sourcesOf(asked), remembering())?.key ?? null;

/** `json` in a body of so many bytes. */
const padded = (json: string, bytes: number) => json + ' '.repeat(bytes - json.length);
const contents = '{"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"seed":1}}';

/** Each has another key than all others, or none. */
const DIFFERENT: readonly Asked[] = [
  {},
  { json: CHAT.replace('Hi', 'Ho') },
  { json: CHAT.replace('"temperature":0', '"temperature":1') },
  { json: CHAT.replace('"temperature":0', '"temperature":1'), more: { mode: 'always' } },
  { json: CHAT.replace('"temperature":0', '"temperature":0,"temperature":1') },
  { json: padded(CHAT.replace('Hi', 'He'), 5000) },
  { json: padded(CHAT.replace('Hi', 'Ha'), 5000) },
  { more: { model: 'n' } },
  { place: { namespace: 'blue' } },
  { place: { policy: 'q' } },
  { place: { scope: tenantScope({ keyId: 'key-1', project: 'other', organization: null }, 'project') } },
  { id: 'completions', json: '{"model":"m","temperature":0,"prompt":"Hi"}' },
  { id: 'moderations', json: '{"model":"m","input":"Hi"}' },
  { id: 'rerank', json: '{"model":"m","query":"Hi","documents":["a"]}' },
  { id: 'completions', json: '{"model":"m","prompt":"Hi"}', more: { mode: 'always' } },
  { id: 'images.generations', json: '{"model":"m","prompt":"Hi"}', more: { mode: 'always' } },
  { id: 'messages', json: CHAT.replace('{', '{"max_tokens":5,') },
  { id: 'messages', json: CHAT.replace('{', '{"max_tokens":5,'), headers: { 'anthropic-beta': 'b' } },
  { id: 'gemini.generateContent', json: contents, inPath: 'n', more: { model: 'n-1' } },
  { id: 'responses', json: '{"model":"m","temperature":0,"input":"Hey"}' },
  { id: 'responses', json: '{"model":"m","temperature":0,"input":"Hey"}', place: { mayBeStored: true } },
  { id: 'embeddings', json: '{"model":"m","input":"Hi"}' },
  { id: 'embeddings', json: '{"model":"m","input":["Hi","Ho"]}' },
];

describe('a key that is remembered', () => {
  it.each([
    ['in their order', DIFFERENT],
    ['the other way round', DIFFERENT.toReversed()],
  ])('is the one that would be worked out, whatever else was asked: %s', (_, requests) => {
    const known = remembering();
    const hashes = new Set<string>();
    let none = 0;
    for (let round = 0; round < 2; round += 1)
      for (const asked of requests) {
        const key = keyRequest(sourcesOf(asked), known)?.key ?? null;
        expect(key, JSON.stringify(asked)).toEqual(afresh(asked));
        if (key === null) none += 1;
        else hashes.add(`${key.scope} ${key.hash}`);
      }
    expect(none).toBe(4); // twice: sampled at random, and with a member that stands twice
    expect(hashes.size).toBe(DIFFERENT.length - 2);
  });

  it.each([
    ['a short body', CHAT],
    ['a long one', padded(CHAT, 5000)],
    ['one that is not cached', CHAT.replace('"temperature":0', '"temperature":1')],
  ])('is not worked out again: %s', (_, json) => {
    const known = remembering();
    let parsed = 0;
    const ask = () => {
      const sources = sourcesOf({ json });
      const parse = () => {
        parsed += 1;
        return sources.request.parse();
      };
      return keyRequest({ ...sources, request: { ...sources.request, parse } }, known);
    };
    expect(ask()).toEqual(ask());
    expect(parsed).toBe(1);
  });

  it('is not what a body was refused for', () => {
    const known = remembering();
    const sources = sourcesOf({});
    const parse = () => {
      throw new Error('no');
    };
    expect(() => keyRequest({ ...sources, request: { ...sources.request, parse } }, known)).toThrow('no');
    expect(keyRequest(sources, known)?.key).toEqual(afresh({}));
  });

  it('leaves a batch and a body to be read where they are needed', () => {
    const known = remembering();
    for (let round = 0; round < 2; round += 1) {
      const batch = keyRequest(
        sourcesOf({ id: 'embeddings', json: '{"model":"m","input":["a","b"]}' }),
        known,
      );
      expect(batch?.batch?.inputs).toHaveLength(2);
      const json = '{"model":"m","temperature":0,"input":"Hi","user":"ann"}';
      expect(keyRequest(sourcesOf({ id: 'responses', json }), known)?.body).toMatchObject({ user: 'ann' });
    }
  });
});
