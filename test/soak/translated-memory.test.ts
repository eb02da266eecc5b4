/** What an open translated stream holds of the request that began it. Figures are printed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { mib, residentMib } from '../support/memory.ts';
import { BodyReader, splitEvents, startEvents } from '../support/streaming.ts';
import { chatStream, startUpstream, type Upstream } from '../support/upstream.ts';

const STREAMS = 40;
const IMAGE = 'A'.repeat(8 * 1024 * 1024);

let upstream: Upstream;
let gateway: Gateway;
const open: (() => void)[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({ config: { providers: { up: standIn(upstream.url) } } });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

it(`${STREAMS} open translated streams do not hold the 8 MB picture that each was asked with`, async () => {
  const events = splitEvents(chatStream(['Hi']));
  upstream.answer((_, response) => {
    startEvents(response);
    response.write(events.slice(0, 2).join(''));
    open.push(() => response.end(events.slice(2).join('')));
  });
  const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: IMAGE } };
  const readers: BodyReader[] = [];
  const samples: number[] = [];
  for (let index = 0; index < STREAMS; index += 1) {
    const response = await gateway.post(
      '/v1/messages',
      { model: 'up/m', max_tokens: 5, stream: true, messages: [{ role: 'user', content: [picture] }] },
      { 'anthropic-version': '2023-06-01' },
    );
    expect(response.status).toBe(200);
    const reader = new BodyReader(response);
    await reader.until('text_delta');
    readers.push(reader);
    samples.push(residentMib(gateway.pid));
  }
  const half = Math.max(...samples.slice(STREAMS / 4, STREAMS / 2));
  const late = Math.max(...samples.slice(-STREAMS / 4));
  console.log(`${STREAMS / 2} streams: ${mib(half)}, ${STREAMS} streams: ${mib(late)}`);
  // Held requests would add 160 MB and more in the second half; the collector's own work stays far below that.
  expect(late - half).toBeLessThan(80);
  for (const end of open) end();
  for (const reader of readers) expect(await reader.rest()).toContain('message_stop');
}, 120_000);
