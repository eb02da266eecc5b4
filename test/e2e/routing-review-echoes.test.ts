/** Providers quote their clients, and clients ask for odd things: what one of them says must not cost the others. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorBody } from '../support/faults.ts';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { explainedTargets } from '../support/routing/explained.ts';
import { chatCompletion, chatStream, json, sse, startUpstream, type Upstream } from '../support/upstream.ts';

const KEYS = ['sk-upstream-first-01', 'sk-upstream-second-2'];
const GOOD = { provider: 'good', model: 'm' };

let vendor: Upstream;
let good: Upstream;
let gateway: Gateway;
beforeAll(async () => {
  [vendor, good] = await Promise.all([startUpstream(), startUpstream(json(chatCompletion('good')))]);
  const entryOf = (provider: string) => ({ retries: 0, targets: [{ provider, model: 'm' }, GOOD] });
  const gemini = { base_url: `${vendor.url}/v1beta` };
  gateway = await startGateway({
    config: {
      providers: {
        good: standIn(good.url),
        ...Object.fromEntries(
          ['large', 'streams', 'picky', 'anthropic'].map((id) => [id, standIn(vendor.url)]),
        ),
        claude: standIn(vendor.url, { dialect: 'anthropic-messages' }),
        gemini: standIn(vendor.url, gemini),
        pair: standIn(vendor.url, { dialect: 'gemini', ...gemini, api_keys: KEYS }),
      },
      models: {
        ...Object.fromEntries(['large', 'gemini', 'anthropic'].map((id) => [id, entryOf(id)])),
        talk: { retries: 0, targets: [{ provider: 'pair', model: 'm' }] },
        counted: { strategy: 'latency', targets: [{ provider: 'claude', model: 'm' }, GOOD] },
      },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  for (const upstream of [vendor, good]) await upstream.stop();
});
beforeEach(() => {
  vendor.calls.length = 0;
});

const messages = [{ role: 'user', content: 'hi' }];

/** Status, who answered, after how many calls. */
async function ask(model: string, fields: Record<string, unknown> = {}): Promise<string> {
  const response = await gateway.post('/v1/chat/completions', { model, messages, ...fields });
  await response.text();
  const { status, headers } = response;
  return `${status} ${headers.get('x-edgeway-provider')} ${headers.get('x-edgeway-attempts')}`;
}

/** What is known of one target of an alias. */
async function standingOf(provider: string, model: string) {
  const targets = await explainedTargets(gateway, model);
  return targets.find((target) => target.provider === provider);
}

describe('a client', () => {
  it('that asks for more than the account may ever have does not make its credential rest', async () => {
    const message =
      'Request too large for m on tokens per min (TPM): Limit 30000, Requested 53000. The input or output tokens must be reduced in order to run successfully.';
    vendor.answer(json(errorBody(message, { type: 'tokens', code: 'rate_limit_exceeded' }), 429));
    expect(await ask('large')).toBe('200 good 2');
    vendor.answer(json(chatCompletion('ok')));
    expect(await ask('large')).toBe('200 large 1');
  });

  it('that counts tokens measures nothing of how fast a target answers', async () => {
    vendor.answer(json({ input_tokens: 3 }));
    for (let asked = 0; asked < 3; asked += 1)
      await (await gateway.post('/v1/messages/count_tokens', { model: 'claude/m', messages })).text();
    expect((await standingOf('claude', 'counted'))?.reason).toBe('latency: not measured yet');
  });

  it.each([
    [
      'gemini',
      '/v1beta/models/gemini:generateContent',
      {
        contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
        safetySettings: [{ category: 'API key not', threshold: 'BLOCK_NONE' }],
      },
      {
        error: {
          code: 400,
          status: 'INVALID_ARGUMENT',
          message: 'Invalid value at \'safety_settings[0].category\' (HarmCategory), "API key not"',
        },
      },
    ],
    [
      'anthropic',
      '/v1/messages',
      {
        model: 'anthropic',
        max_tokens: 5,
        messages,
        tools: [{ type: 'credit balance is too low', name: 't' }],
      },
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message:
            "tools.0: Input tag 'credit balance is too low' found using 'type' does not match any of the expected tags",
        },
      },
    ],
  ])(
    'whose words a provider repeats does not make its credential a refused one: %s',
    async (provider, path, body, refusal) => {
      vendor.answer(json(refusal, 400));
      expect((await gateway.post(path, body)).status).toBe(400);
      expect((await standingOf(provider, provider))?.reason).not.toMatch(/credential/);
    },
  );

  it('whose header a provider repeats does not make its credential a refused one', async () => {
    vendor.answer((call, ...rest) => {
      const message = `Unexpected value(s) \`${call.headers['anthropic-beta']}\` for the \`anthropic-beta\` header.`;
      json({ type: 'error', error: { type: 'invalid_request_error', message } }, 400)(call, ...rest);
    });
    const body = { model: 'anthropic', max_tokens: 5, messages };
    const answer = await gateway.post('/v1/messages', body, {
      'anthropic-beta': 'credit balance is too low',
    });
    expect(answer.status).toBe(400);
    expect((await standingOf('anthropic', 'anthropic'))?.reason).not.toMatch(/credential/);
  });

  it('that talks of an invalid key is served with the next one where the first is invalid', async () => {
    const refusal = {
      code: 400,
      message: 'API key not valid. Please pass a valid API key.',
      status: 'INVALID_ARGUMENT',
    };
    const answer = {
      candidates: [{ content: { parts: [{ text: 'hi' }], role: 'model' }, finishReason: 'STOP' }],
    };
    vendor.answer((call, ...rest) => {
      const isFirst = call.headers['x-goog-api-key'] === KEYS[0];
      (isFirst ? json({ error: refusal }, 400) : json(answer))(call, ...rest);
    });
    const talk = [{ role: 'user', content: 'My log says: API key not valid. Why?' }];
    expect(await ask('talk', { messages: talk })).toBe('200 pair 2');
  });

  it('that talks of a field of ours is served by a provider that does not know it', async () => {
    vendor.answer((call, ...rest) => {
      const isAsked = JSON.parse(call.body.toString()).stream_options !== undefined;
      const refusal = errorBody('Unknown field: stream_options', { param: 'stream_options' });
      (isAsked ? json(refusal, 400) : sse(chatStream(['hello'])))(call, ...rest);
    });
    const talk = [{ role: 'user', content: 'How do I use stream_options?' }];
    expect(await ask('picky/m', { messages: talk, stream: true })).toBe('200 picky 2');
  });

  it('whose words a provider repeats does not end the exact usage of other streams', async () => {
    const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };
    vendor.answer((call, ...rest) => {
      const { tool_choice: choice, stream_options: options } = JSON.parse(call.body.toString());
      const refusal = errorBody(`Invalid value: '${choice}'.`, { param: 'tool_choice' });
      const stream = chatStream(['hello'], options?.include_usage === true ? { usage } : {});
      return (choice === undefined ? sse(stream) : json(refusal, 400))(call, ...rest);
    });
    expect(await ask('streams/m', { stream: true, tool_choice: 'include_usage' })).toBe('400 streams 1');
    const response = await gateway.post('/v1/chat/completions', {
      model: 'streams/m',
      messages,
      stream: true,
    });
    await response.text();
    const line = await gateway.lineOf(response.headers.get('x-request-id'));
    expect(line.usage).toMatchObject({ input_tokens: 1000, output_tokens: 500, estimated: false });
  });
});
