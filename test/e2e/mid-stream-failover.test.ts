/** A plain text that breaks off is gone on with by another target, in the same stream: at every door, wherever it breaks. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAi } from '../support/clients.ts';
import { CHAT_DOOR, DOORS, type Door } from '../support/continuing/doors.ts';
import {
  BREAKS,
  begunIn,
  breaksAfter,
  eventsOf,
  goesOn,
  type Manner,
  PIECES,
  TOLD,
  type VendorForm,
  WHOLE,
} from '../support/continuing/vendors.ts';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const FORMS: readonly VendorForm[] = ['openai-chat', 'anthropic-messages'];
const IDLE_MS = 600;

let first: Upstream;
let second: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  first = await startUpstream();
  second = await startUpstream();
  const providers = Object.fromEntries(
    FORMS.flatMap((dialect) => [
      [`first-${dialect}`, standIn(first.url, { dialect })],
      [`second-${dialect}`, standIn(second.url, { dialect })],
    ]),
  );
  const target = (place: string, dialect: VendorForm) => ({
    provider: `${place}-${dialect}`,
    model: 'claude-sonnet-4-5',
  });
  const models = FORMS.flatMap((from) =>
    FORMS.map((to) => [
      `${from}-to-${to}`,
      {
        mid_stream_failover: true,
        retries: 0,
        timeouts: { idle_ms: IDLE_MS },
        breaker: { failure_rate: 1, min_requests: 10_000, open_seconds: 1 },
        targets: [target('first', from), target('second', to)],
      },
    ]),
  );
  gateway = await startGateway({ config: { providers, models: Object.fromEntries(models) } });
});
afterAll(async () => {
  for (const one of [gateway, first, second]) await one.stop();
});
beforeEach(() => {
  first.calls.length = 0;
  second.calls.length = 0;
});

const ask = async (door: Door, model: string, fields: object = {}) => {
  const response = await gateway.post(door.path(model), door.body(model, fields));
  return { response, answer: door.read(await response.text()) };
};

/** Characters that `events` say, the first `count` of them. */
const saidIn = (form: VendorForm, count: number): string =>
  PIECES.slice(0, Math.max(0, count - (form === 'openai-chat' ? 1 : 2))).join('');

describe.each(DOORS)('at the door $name', (door) => {
  it.each(FORMS.flatMap((from) => FORMS.map((to) => [from, to] as const)))(
    '%s goes on as %s, wherever it breaks',
    async (from, to) => {
      const events = eventsOf(from, PIECES);
      const model = `${from}-to-${to}`;
      second.answer(goesOn(to));
      // Behind the finish reason nothing is missing.
      const last = events.findIndex((one) => /"finish_reason":"|message_delta/.test(one));
      for (let cut = 1; cut <= last; cut += 1) {
        first.answer(breaksAfter(events.slice(0, cut)));
        const { answer } = await ask(door, model);
        const said = saidIn(from, cut);
        expect({ cut, ...answer }).toMatchObject({
          cut,
          text: WHOLE,
          starts: 1,
          texts: 1,
          ends: 1,
          finish: expect.stringMatching(/^(stop|end_turn|completed|STOP)$/),
          error: null,
        });
        expect([answer.ids.length, answer.models.length]).toEqual([1, 1]);
        expect(answer.failover).toEqual(
          said === ''
            ? undefined
            : [
                {
                  from: `first-${from}/claude-sonnet-4-5`,
                  to: `second-${to}/claude-sonnet-4-5`,
                  at_characters: said.length,
                },
              ],
        );
        const call = second.calls.at(-1);
        expect(call && begunIn(call)).toBe(said === '' ? null : said.trimEnd());
      }
      expect(first.calls.length).toBe(last);
      expect(second.calls.length).toBe(last);
    },
  );

  it.each<Manner>(['overlapping', 'restating'])(
    'tells nothing twice where the second is %s',
    async (manner) => {
      second.answer(goesOn('openai-chat', { manner }));
      for (let cut = 5; cut <= 7; cut += 1) {
        first.answer(breaksAfter(eventsOf('openai-chat', PIECES).slice(0, cut)));
        const { answer } = await ask(door, 'openai-chat-to-openai-chat');
        expect({ cut, text: answer.text }).toEqual({ cut, text: WHOLE });
      }
    },
  );

  it('tells the usage of both', async () => {
    first.answer(breaksAfter(eventsOf('anthropic-messages', PIECES).slice(0, 5)));
    second.answer(goesOn('openai-chat'));
    const { answer } = await ask(door, 'anthropic-messages-to-openai-chat');
    const seen = Math.ceil(saidIn('anthropic-messages', 5).length / 4);
    expect(answer.usage).toEqual({ input: 2 * TOLD.input, output: seen + TOLD.output });
    first.answer(breaksAfter(eventsOf('openai-chat', PIECES).slice(0, 4)));
    const { answer: estimated } = await ask(door, 'openai-chat-to-openai-chat');
    expect(estimated.usage?.input).toBeGreaterThan(TOLD.input);
    expect(estimated.usage?.output).toBe(seen + TOLD.output);
  });
});

describe('whatever breaks it', () => {
  it.each(BREAKS)('goes on after: %s', async (how) => {
    for (const from of FORMS) {
      first.answer(breaksAfter(eventsOf(from, PIECES).slice(0, 5), how, from));
      second.answer(goesOn('openai-chat'));
      const { answer, response } = await ask(CHAT_DOOR, `${from}-to-openai-chat`);
      expect(answer).toMatchObject({ text: WHOLE, finish: 'stop', error: null });
      const line = await gateway.lineOf(response.headers.get('x-request-id'));
      expect(line).toMatchObject({
        provider: 'second-openai-chat',
        attempts: 2,
        status: 200,
        ending: 'complete',
        error_code: null,
      });
      await (await first.call(first.calls.length - 1)).closed;
    }
  });
});

describe('what the next target is asked', () => {
  it('is the client’s request, with a lower limit', async () => {
    first.answer(breaksAfter(eventsOf('openai-chat', PIECES).slice(0, 4)));
    second.answer(goesOn('anthropic-messages'));
    await ask(CHAT_DOOR, 'openai-chat-to-anthropic-messages', { max_tokens: 50, temperature: 0.5 });
    const said = saidIn('openai-chat', 4);
    expect(JSON.parse(String(first.calls[0]?.body))).toEqual({
      ...CHAT_DOOR.body('claude-sonnet-4-5', { max_tokens: 50, temperature: 0.5 }),
    });
    expect(JSON.parse(String(second.calls[0]?.body))).toMatchObject({
      max_tokens: 50 - Math.ceil(said.length / 4),
      temperature: 0.5,
      stream: true,
      messages: [{ role: 'user' }, { role: 'assistant', content: [{ type: 'text', text: said.trimEnd() }] }],
    });
  });
});

describe('the openai SDK', () => {
  it('reads one answer', async () => {
    first.answer(breaksAfter(eventsOf('openai-chat', PIECES).slice(0, 4)));
    second.answer(goesOn('anthropic-messages'));
    const stream = openAi(gateway).chat.completions.stream({
      model: 'openai-chat-to-anthropic-messages',
      messages: [{ role: 'user', content: 'Tell me of storks.' }],
      stream_options: { include_usage: true },
    });
    const completion = await stream.finalChatCompletion();
    expect(completion).toMatchObject({
      id: 'chatcmpl-one',
      model: 'model-one',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: WHOLE } }],
    });
  });

  it('reads one response', async () => {
    first.answer(breaksAfter(eventsOf('openai-chat', PIECES).slice(0, 4)));
    second.answer(goesOn('anthropic-messages'));
    const response = await openAi(gateway)
      .responses.stream({ model: 'openai-chat-to-anthropic-messages', input: 'Tell me of storks.' })
      .finalResponse();
    expect(response).toMatchObject({ status: 'completed', output_text: WHOLE });
    expect(response.output).toHaveLength(1);
  });
});
