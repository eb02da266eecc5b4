import { describe, expect, it } from 'vitest';
import { decodeJsonRequest } from '../../../../src/dialects/json-request.ts';
import type { RouteId } from '../../../../src/dialects/routes.ts';
import { readAsked } from '../../../../src/gateway/cache/asked.ts';
import { storedRequest } from '../../../../src/gateway/stored-responses.ts';
import { routeOf } from '../../../support/cache/keys.ts';

const encoder = new TextEncoder();
const NO_HEADERS = new Headers();

const ask = (id: RouteId, json: string) =>
  readAsked(routeOf(id), decodeJsonRequest(routeOf(id), encoder.encode(json)), NO_HEADERS);

describe('readAsked', () => {
  it('reads a body with all its digits', () => {
    const asked = ask(
      'chat.completions',
      '{"model":"m","messages":[{"role":"user","content":"Hi"}],"x":12345678901234567890}',
    );
    expect(JSON.stringify(asked?.body)).toContain('"x":12345678901234567890');
  });

  it.each([
    ['at the top', '"temperature":0,"temperature":1,"messages":[{"role":"user","content":"Hi"}]'],
    ['deep down', '"messages":[{"role":"user","content":"Hi","content":"Ho"}]'],
    [
      'in a tool',
      '"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"a","name":"b"}}]',
    ],
  ])('has nothing for a body with a member that stands twice: %s', (_, members) => {
    expect(ask('chat.completions', `{"model":"m",${members}}`)).toBeNull();
    expect(
      ask('chat.completions', '{"model":"m","messages":[{"role":"user","content":"Hi"}]}'),
    ).not.toBeNull();
  });

  it('is not confused by a model that is left to its default', () => {
    expect(ask('moderations', '{"input":"a"}')).not.toBeNull();
    expect(ask('moderations', '{"input":"a","input":"b"}')).toBeNull();
    expect(ask('moderations', '{"input":"a","model":null}')).not.toBeNull();
    expect(ask('moderations', '{"input":"a","input":"b","model":null}')).toBeNull();
  });

  it('has nothing for a body of more than 8 MiB', () => {
    const body = (length: number) => `{"input":"a","more":"${'x'.repeat(length)}"}`;
    const frame = body(0).length + '"model":"omni-moderation-latest",'.length;
    expect(ask('moderations', body(8 * 1024 * 1024 - frame))).not.toBeNull();
    expect(ask('moderations', body(8 * 1024 * 1024 - frame + 1))).toBeNull();
  });

  it('has nothing for calls about a stored response', () => {
    const call = { method: 'GET', path: '/responses/a', id: 'a', sealedId: 'b' } as const;
    expect(readAsked(routeOf('responses'), storedRequest('m', call, false), NO_HEADERS)).toBeNull();
  });
});
