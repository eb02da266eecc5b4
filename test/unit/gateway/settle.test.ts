import { describe, expect, it } from 'vitest';
import {
  type AnyGatewayError,
  InvalidConfig,
  InvalidRequest,
  ProviderCredentialRejected,
  ProviderError,
  ProviderRejectedRequest,
  ProviderTimeout,
  ProviderUnreachable,
} from '../../../src/errors.ts';
import { ClientLeft } from '../../../src/gateway/client-left.ts';
import type { Target } from '../../../src/gateway/exchange.ts';
import { Settlement, toEnding } from '../../../src/gateway/settle.ts';
import { NO_UNITS } from '../../../src/limits/units.ts';
import type { Usage } from '../../../src/usage/usage.ts';
import { providerWith } from '../../support/provider.ts';
import { createContext, createTestState, EVERYTHING } from './support.ts';

const USAGE: Usage = {
  inputTokens: 12,
  outputTokens: 7,
  cacheReadTokens: 3,
  cacheWriteTokens: 2,
  reasoningTokens: 1,
  estimated: false,
};
const NOTHING = { message: 'x', type: null, param: null, code: null };

const CANDIDATE = { standing: 'yes', contextTokens: null, continues: null } as const;

function create() {
  const made = createContext();
  return { ...made, settlement: new Settlement(made.context, '/v1/chat/completions', 'trace-1') };
}

const targetOf = (id: string, model: string): Target => ({
  provider: providerWith({ id }),
  model,
  credentials: [],
  reason: 'named by the request',
  standing: 'yes',
  arm: `${id}/${model}`,
  contextTokens: null,
  continues: null,
});

/** A call, as the settlement is told of it. */
const callTo = (id: string, model: string, droppedParams: readonly string[] = []) => ({
  target: targetOf(id, model),
  provider: id,
  model,
  droppedParams,
  upstreamRequestId: `up_of_${id}`,
});

/** As a request of which nothing is limited, and of whose models nobody knows a price. */
function letIn(settlement: Settlement, inputTokens: number): void {
  const desk = createTestState().limits.of('durable-object').desk;
  const units = { ...NO_UNITS, requests: 1 };
  const ask = { requestId: 'req_test', scopes: [], units, isBounded: true, alerts: null };
  const grant = desk.reserve(ask, { waitUntil: () => undefined });
  if (grant instanceof Promise) throw new Error('nothing is limited, and nobody had to be asked');
  settlement.bill.open(grant, {
    inputTokens: Math.ceil(inputTokens),
    outputTokens: null,
    isBounded: true,
    quantities: () => ({}),
    goesOnUnseen: false,
    priceOf: () => null,
    learn: null,
    stopsMidStream: false,
    isBudgeted: false,
    isFree: false,
    waitUntil: () => undefined,
  });
}

describe('Settlement', () => {
  it('writes what it was told, by the names of the contract', () => {
    const { settlement, lines, clock } = create();
    settlement.principal = { ...EVERYTHING, keyName: 'ci', project: 'p', endUser: 'u' };
    settlement.alias = 'fast';
    settlement.metadata = { team: 'blue' };
    settlement.startAttempt(callTo('one', 'm1'), null);
    settlement.startAttempt(callTo('two', 'm2'), null);
    clock.now += 40;
    settlement.markFirstToken();
    clock.now += 10;
    settlement.markFirstToken();
    settlement.finish('complete', USAGE);
    expect(lines).toEqual([
      {
        type: 'request',
        request_id: 'req_test',
        trace_id: 'trace-1',
        key: 'ci',
        project: 'p',
        end_user: 'u',
        token: null,
        route: '/v1/chat/completions',
        alias: 'fast',
        provider: 'two',
        model: 'm2',
        attempts: 2,
        status: 200,
        ending: 'complete',
        error_code: null,
        cache: 'bypass',
        usage: {
          input_tokens: 12,
          output_tokens: 7,
          cache_read_tokens: 3,
          cache_write_tokens: 2,
          reasoning_tokens: 1,
          estimated: false,
        },
        cost_usd: null,
        limits_unchecked: false,
        latency_ms: 50,
        first_token_ms: 40,
        metadata: { team: 'blue' },
        upstream_request_id: 'up_of_two',
        region: null,
        arm: null,
        routing: null,
      },
    ]);
  });

  const considered = [
    { ...CANDIDATE, provider: 'one', model: 'm1', arm: 'small', reason: 'fallback: first choice' },
    { ...CANDIDATE, provider: 'two', model: 'm2', arm: 'large', standing: 'no', reason: 'not for EU' },
  ] as const;
  const routed = (alias: string | null) => ({ alias, considered, health: { region: 'weur' as const } });

  it('tells where the targets of an alias stood, and which arm answered', () => {
    const { settlement, lines } = create();
    settlement.plan = routed('fast');
    settlement.startAttempt(callTo('one', 'm1'), null);
    settlement.finish('complete', USAGE);
    expect(lines).toMatchObject([
      {
        region: 'weur',
        arm: 'small',
        routing: [
          { target: 'one/m1', standing: 'yes', reason: 'fallback: first choice' },
          { target: 'two/m2', standing: 'no', reason: 'not for EU' },
        ],
      },
    ]);
  });

  it('tells no arm of a target that no rule of today leads to, and none where nobody was asked', () => {
    const stranger = create();
    stranger.settlement.plan = routed('fast');
    stranger.settlement.servedBy({ provider: 'gone', model: 'm' });
    stranger.settlement.finish('complete', USAGE);
    const refused = create();
    refused.settlement.plan = routed('fast');
    refused.settlement.fail(new InvalidRequest('bad', null));
    expect([...stranger.lines, ...refused.lines]).toMatchObject([{ arm: null }, { arm: null }]);
  });

  it('tells no routing where the request named its target itself', () => {
    const { settlement, lines } = create();
    settlement.plan = routed(null);
    settlement.startAttempt(callTo('one', 'm1'), null);
    settlement.finish('complete', USAGE);
    expect(lines).toMatchObject([{ region: 'weur', arm: null, routing: null }]);
  });

  const endings: [string, (settlement: Settlement) => void][] = [
    ['complete', (one) => one.finish('complete', USAGE)],
    ['client_abort', (one) => one.finish('client_abort', null, 20)],
    ['upstream_error', (one) => one.finish('upstream_error', null, 20, 'provider_unreachable')],
    ['timeout', (one) => one.fail(new ProviderTimeout('slow'))],
    ['rejected', (one) => one.fail(new InvalidRequest('bad', null))],
    ['client_abort', (one) => one.fail(new ClientLeft())],
  ];

  it.each(endings)('traps G3: writes one line, the first, whatever follows: %s', (ending, end) => {
    const { settlement, lines } = create();
    settlement.startAttempt(callTo('one', 'm'), null);
    end(settlement);
    const [first] = structuredClone(lines);
    for (const [, again] of endings) again(settlement);
    expect(lines).toEqual([first]);
    expect(first).toMatchObject({ ending });
  });

  it.each(endings)('traps G7: writes its line at once, and counts on nothing after: %s', (_, end) => {
    const { settlement, lines } = create();
    end(settlement);
    expect(lines).toHaveLength(1);
  });

  it('traps G4, G5: estimates what no provider told, and says so', () => {
    const { settlement, lines } = create();
    letIn(settlement, 41 / 4);
    settlement.startAttempt(callTo('one', 'm'), null);
    settlement.markFirstToken();
    settlement.finish('client_abort', null, 10);
    expect(lines).toMatchObject([{ usage: { input_tokens: 11, output_tokens: 3, estimated: true } }]);
  });

  it('keeps what the provider told over any estimate', () => {
    const { settlement, lines } = create();
    letIn(settlement, 4000 / 4);
    settlement.startAttempt(callTo('one', 'm'), null);
    settlement.finish('upstream_error', USAGE, 4000);
    expect(lines).toMatchObject([{ usage: { input_tokens: 12, estimated: false } }]);
  });

  it('estimates nothing where no provider was asked', () => {
    const { settlement, lines } = create();
    letIn(settlement, 41 / 4);
    settlement.finish('client_abort', null, 10);
    expect(lines).toMatchObject([{ usage: null, provider: null, attempts: 0 }]);
  });

  it('traps G8: counts nothing for a request that failed before any output', () => {
    const { settlement, lines } = create();
    letIn(settlement, 41 / 4);
    settlement.startAttempt(callTo('one', 'm'), null);
    settlement.fail(new ProviderError(503, NOTHING));
    expect(lines).toMatchObject([
      { usage: null, status: 503, ending: 'upstream_error', error_code: 'provider_error', attempts: 1 },
    ]);
  });

  it('writes the status that the client got', () => {
    const inBand = create();
    inBand.settlement.fail(new ProviderTimeout('slow'), 200);
    const left = create();
    left.settlement.fail(new ClientLeft());
    const leftLater = create();
    leftLater.settlement.fail(new ClientLeft(), 200);
    expect([inBand, left, leftLater].map(({ lines }) => lines[0]?.status)).toEqual([200, 499, 200]);
  });

  it('says how long the client waited when there was no first token', () => {
    const { settlement, lines, clock } = create();
    clock.now += 5;
    settlement.fail(new InvalidRequest('bad', null));
    expect(lines).toMatchObject([{ latency_ms: 5, first_token_ms: null, key: null, project: null }]);
  });
});

describe('headers', () => {
  it('are none before a target was tried', () => {
    expect(create().settlement.headers()).toEqual({});
  });

  it('count the attempts and name the last target', () => {
    const { settlement } = create();
    settlement.startAttempt(callTo('one', 'm1'), null);
    settlement.startAttempt(callTo('two', 'org/m 2'), null);
    expect(settlement.headers()).toEqual({
      'x-edgeway-attempts': '2',
      'x-edgeway-provider': 'two',
      'x-edgeway-model': 'org/m 2',
      'x-edgeway-cache': 'bypass',
    });
  });

  it('list what was dropped, and no more of it than a client can read', () => {
    const { settlement } = create();
    settlement.startAttempt(callTo('one', 'm', ['seed', 'top_k']), null);
    expect(settlement.headers()['x-edgeway-dropped-params']).toBe('seed, top_k');
    const many = Array.from({ length: 5000 }, (_, index) => `tools.parameters.x-${index}`);
    settlement.startAttempt(callTo('one', 'm', many), null);
    const list = settlement.headers()['x-edgeway-dropped-params'] ?? '';
    expect(list.length).toBeLessThan(1600);
    const shown = list.split(', ').length - 1;
    expect(list).toMatch(new RegExp(`, and ${5000 - shown} more$`));
    settlement.startAttempt(callTo('one', 'm', ['y'.repeat(9000)]), null);
    expect(settlement.headers()['x-edgeway-dropped-params']).toBe('and 1 more');
  });

  it.each(['モデル', 'modèle', 'a\r\nx-injected: 1', 'a\ud800'])('can carry the model name %j', (model) => {
    const { settlement } = create();
    settlement.startAttempt(callTo('one', model), null);
    const headers = new Headers(settlement.headers());
    expect([...headers.keys()]).not.toContain('x-injected');
    expect(headers.get('x-edgeway-model')).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe('an answer that goes down', () => {
  const delivered = (id: string) => {
    const heard: string[] = [];
    return {
      ...callTo(id, 'm'),
      heard,
      fail: (reason: Error) => void heard.push(`failed: ${reason.message}`),
      settled: (ending: string) => void heard.push(ending),
    };
  };

  it('is the one that is shown, whoever was asked after it', () => {
    const { settlement, lines } = create();
    const first = delivered('one');
    const bill = settlement.startAttempt(first, null);
    settlement.startAttempt(callTo('two', 'm2'), null);
    settlement.deliver(first, bill);
    expect(settlement.headers()).toMatchObject({ 'x-edgeway-provider': 'one', 'x-edgeway-attempts': '2' });
    settlement.finish('complete', USAGE);
    expect(lines).toMatchObject([{ provider: 'one', upstream_request_id: 'up_of_one', attempts: 2 }]);
    expect(first.heard).toEqual(['complete']);
  });

  it('is told once that it cannot be used', () => {
    const { settlement } = create();
    const call = delivered('one');
    settlement.deliver(call, settlement.startAttempt(call, null));
    settlement.failAttempt(new Error('does not fit'));
    settlement.failAttempt(new Error('again'));
    settlement.finish('upstream_error', null);
    expect(call.heard).toEqual(['failed: does not fit']);
  });

  it('from a store hides whoever was asked before', () => {
    const { settlement } = create();
    settlement.startAttempt(callTo('one', 'm', ['seed']), null);
    settlement.servedBy({ provider: 'kept', model: 'k' });
    expect(settlement.headers()).toMatchObject({ 'x-edgeway-provider': 'kept', 'x-edgeway-model': 'k' });
    expect(settlement.droppedParams).toEqual([]);
  });
});

describe('toEnding', () => {
  it.each<[AnyGatewayError, string]>([
    [new ProviderTimeout('x'), 'timeout'],
    [new ProviderError(500, NOTHING), 'upstream_error'],
    [new ProviderRejectedRequest(400, NOTHING), 'upstream_error'],
    [new ProviderUnreachable('x'), 'upstream_error'],
    [new ProviderCredentialRejected('one'), 'upstream_error'],
    [new InvalidRequest('x', null), 'rejected'],
    [new InvalidConfig([]), 'rejected'],
  ])('takes %s for %s', (error, ending) => {
    expect(toEnding(error)).toBe(ending);
  });
});
