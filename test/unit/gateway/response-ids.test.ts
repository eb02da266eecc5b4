import { describe, expect, it } from 'vitest';
import { ResponseIds } from '../../../src/gateway/response-ids.ts';
import type { ReadEvent } from '../../../src/gateway/upstream-events.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const eventOf = (data: string): ReadEvent => ({
  event: { bytes: encoder.encode(`event: x\ndata: ${data}\n\n`), data, name: 'x' },
  meaning: 'other',
});

async function sealed(
  datas: readonly string[],
  known: ReadonlyMap<string, string> = new Map(),
): Promise<string[]> {
  const ids = new ResponseIds((id) => Promise.resolve(`sealed(${id})`), known);
  const events = await ids.inEvents(datas.map(eventOf));
  return events.map(({ event }) => decoder.decode(event.bytes));
}

describe('ResponseIds', () => {
  it('replaces the id of a response in every event, and nothing else', async () => {
    const created =
      '{"type":"response.created","response":{"id":"resp_1","big":12345678901234567890,"x": 1.0}}';
    const delta = '{"type":"response.output_text.delta","delta":"resp_1 and \\"resp_1\\"","item_id":"msg_1"}';
    const done =
      '{ "type":"response.completed", "response" : {"id":"resp_1","output":[{"response_id":"resp_1"}]}}';
    expect(await sealed([created, delta, done])).toEqual(
      [
        created.replace('"resp_1"', '"sealed(resp_1)"'),
        delta,
        done.replaceAll('"resp_1"', '"sealed(resp_1)"'),
      ].map((data) => `event: x\ndata: ${data}\n\n`),
    );
  });

  it('replaces an id that the request made known before any response object came', async () => {
    const [text] = await sealed(['{"previous_response_id":"resp_0"}'], new Map([['resp_0', 'mine']]));
    expect(text).toContain('{"previous_response_id":"mine"}');
  });

  it('leaves the ids of other objects alone', async () => {
    const list = '{"object":"list","data":[{"id":"msg_1","object":"response.item"}],"first_id":"msg_1"}';
    const ids = new ResponseIds(() => Promise.reject(new Error('nothing to seal')), new Map());
    expect(decoder.decode(await ids.inBody(JSON.parse(list), encoder.encode(list)))).toBe(list);
  });

  it('replaces the id of a whole response, and of a deleted one', async () => {
    for (const object of ['response', 'response.deleted']) {
      const body = `{"id":"resp_1","object":"${object}","id2":"resp_12"}`;
      const ids = new ResponseIds((id) => Promise.resolve(`s-${id}`), new Map());
      expect(decoder.decode(await ids.inBody(JSON.parse(body), encoder.encode(body)))).toBe(
        `{"id":"s-resp_1","object":"${object}","id2":"resp_12"}`,
      );
    }
  });

  it('keeps bytes that are not valid UTF-8 as they are', async () => {
    const bytes = new Uint8Array([
      ...encoder.encode('{"id":"resp_1","t":"'),
      0xff,
      0xfe,
      ...encoder.encode('"}'),
    ]);
    const ids = new ResponseIds((id) => Promise.resolve(`s-${id}`), new Map());
    const replaced = await ids.inBody({ id: 'resp_1', object: 'response' }, bytes);
    expect([...replaced].slice(-4)).toEqual([0xff, 0xfe, 0x22, 0x7d]);
  });
});
