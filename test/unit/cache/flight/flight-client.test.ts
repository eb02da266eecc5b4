import { expect, it } from 'vitest';
import { FlightBroken, joinFlight, leadFlight } from '../../../../src/cache/flight/flight-client.ts';
import { joining, leading } from './control-support.ts';

const REQUEST = {
  url: 'https://edge.example/v1/embeddings',
  method: 'POST',
  headers: new Headers({ 'x-edgeway-flight': 'of a client', authorization: 'Bearer k' }),
  body: '{}',
};

it.each([
  ['cannot be reached', () => Promise.reject(new Error('overloaded'))],
  ['answers with a status of its own', async () => new Response('no', { status: 503 })],
  ['answers without a body', async () => new Response(null)],
])('a Flight that %s is broken, to who joins and to who leads', async (_, fetch) => {
  await expect(joinFlight({ fetch }, joining())).rejects.toThrow(FlightBroken);
  await expect(leadFlight({ fetch }, REQUEST, leading('t'))).rejects.toThrow(FlightBroken);
});

it('says who leads in the place of whatever a client says of that', async () => {
  let seen: string | null = null;
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    seen = new Request(input, init).headers.get('x-edgeway-flight');
    return new Response('');
  };
  const message = leading('t', { requestId: 'req_ü' });
  await leadFlight({ fetch }, REQUEST, message);
  expect(JSON.parse(decodeURIComponent(seen ?? ''))).toEqual(message);
  expect(REQUEST.headers.get('x-edgeway-flight')).toBe('of a client');
});
