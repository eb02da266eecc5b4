import { describe, expect, it } from 'vitest';
import { behaviourSchema } from '../../../../src/providers/simulator/behaviour.ts';
import {
  isSimulatorModel,
  resolveModel,
  SIMULATOR_MODELS,
} from '../../../../src/providers/simulator/models.ts';
import { CHAT, call, say } from './support.ts';

describe('behaviourSchema', () => {
  it('accepts what every built-in model resolves to', () => {
    expect(SIMULATOR_MODELS).toHaveLength(8);
    for (const model of SIMULATOR_MODELS) {
      const behaviour = resolveModel(model, {});
      expect(behaviourSchema().parse(behaviour)).toEqual(behaviour);
    }
  });

  it('fills in the defaults', () => {
    expect(behaviourSchema().parse({})).toEqual({ first_token_ms: 0, tokens_per_second: 0 });
  });

  it.each([
    { first_token: 1 },
    { error_status: 200 },
    { error_rate: 2 },
    { hang: 'up' },
    { answer_tokens: 1.5 },
  ])('refuses %j', (behaviour) => {
    expect(behaviourSchema().safeParse(behaviour).success).toBe(false);
  });
});

describe('resolveModel', () => {
  it('finds built-in and configured models; a configured one replaces a built-in one', () => {
    const configured = { mine: { answer_tokens: 9 }, 'sim-slow': { first_token_ms: 5 } };
    expect(resolveModel('sim-paced', configured)).toEqual({ first_token_ms: 200, tokens_per_second: 50 });
    expect(resolveModel('mine', configured)).toMatchObject({ answer_tokens: 9 });
    expect(resolveModel('sim-slow', configured).first_token_ms).toBe(5);
  });

  it('reads options in the name, over what the model says', () => {
    const name = 'sim-paced?tokens_per_second=20.5&answer_tokens=200&error_status=503&hang=mid_stream';
    expect(resolveModel(name, {})).toEqual({
      first_token_ms: 200,
      tokens_per_second: 20.5,
      answer_tokens: 200,
      error_status: 503,
      hang: 'mid_stream',
    });
  });

  it('leaves a model as it is when there is nothing after the question mark', () => {
    expect(resolveModel('sim-slow?', {})).toEqual(resolveModel('sim-slow', {}));
  });

  it.each([
    'sim-fast?fast=1',
    'sim-fast?answer_tokens=many',
    'sim-fast?answer_tokens=',
    'sim-fast?answer_tokens=-1',
    'sim-fast?error_status=200',
    'sim-fast?hang=up',
    'sim-fast?answer_tokens=1&answer_tokens=2',
    'sim-fast?__proto__=1',
    'sim-fast?first_token_ms=1e9',
  ])('refuses a bad option: %s', async (model) => {
    const response = await call(CHAT, { model, messages: say('hi') });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param: 'model' } });
  });

  it.each(['gpt-5', '', 'SIM-FAST', 'constructor', '__proto__', 'nobody?answer_tokens=1'])(
    'does not know the model %j',
    async (model) => {
      const response = await call(CHAT, { model, messages: say('hi') });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { param: 'model', code: 'model_not_found' } });
      expect(isSimulatorModel(model)).toBe(false);
    },
  );

  it('says whether a name is one of its models', () => {
    expect(isSimulatorModel('sim-fast?whatever=1')).toBe(true);
    expect(isSimulatorModel('mine')).toBe(false);
    expect(isSimulatorModel('mine?hang=headers', { mine: {} })).toBe(true);
  });
});

describe('routes of the simulator', () => {
  it.each([
    ['POST', '/v1/responses'],
    ['GET', CHAT],
    ['GET', '/v1/models'],
    ['POST', '/v1/chat/completions/'],
    ['POST', '/constructor'],
  ])('do not include %s %s', async (method, path) => {
    const response = await call(path, { model: 'sim-fast' }, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', code: 'not_found' },
    });
  });

  it.each(['', '{', '[]', 'null', '"text"'])('refuse the body %j', async (body) => {
    const response = await call(CHAT, body);
    expect(response.status).toBe(400);
  });

  it('name model when there is none', async () => {
    const response = await call(CHAT, { messages: say('hi') });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: 'model' } });
  });
});
