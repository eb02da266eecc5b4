import { describe, expect, it } from 'vitest';
import { InvalidConfig } from '../../../src/errors.ts';
import { buildSnapshot } from '../../../src/gateway/snapshot.ts';

const target = (model: string, more: object = {}) => ({ provider: 'simulator', model, ...more });
const ONE = target('1');
const TWO = target('2');

function build(models: Record<string, object>, more: object = {}) {
  const text = JSON.stringify({ providers: { simulator: {} }, models, ...more });
  return buildSnapshot((name) => (name === 'GATEWAY_CONFIG' ? text : undefined));
}

/** `path: message` of every mistake. */
function mistakesOf(models: Record<string, object>, more: object = {}): string[] {
  try {
    build(models, more);
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    return error.mistakes.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

describe('fields that the strategy never looks at', () => {
  it.each<[string, object, string]>([
    ['sticky_by', { strategy: 'latency', sticky_by: 'key' }, '`weighted` and `sticky`'],
    ['quality', { strategy: 'fallback', quality: ['large'] }, '`cost`'],
    ['auto', { strategy: 'cost', auto: {} }, '`auto`'],
    ['exploration', { strategy: 'least_busy', exploration: 0.1 }, '`latency`'],
  ])('are mistakes: %s', (field, entry, belongs) => {
    const strategy = (entry as { strategy: string }).strategy;
    expect(mistakesOf({ a: { ...entry, targets: [ONE, TWO] } })).toEqual([
      `models.a.${field}: has no effect under \`${strategy}\`: it belongs to ${belongs}`,
    ]);
  });

  it('are mistakes at targets, too', () => {
    const targets = [target('1', { when: 'request.tools > 0' }), target('2', { quality: ['large'] })];
    expect(mistakesOf({ a: { targets } })).toEqual([
      'models.a.targets[0].when: has no effect under `fallback`: it belongs to `conditional`',
      'models.a.targets[1].quality: has no effect under `fallback`: it belongs to `cost`',
    ]);
  });

  it('are none where they belong', () => {
    expect(
      mistakesOf({
        weighted: { strategy: 'weighted', sticky_by: 'end_user', targets: [ONE, TWO] },
        sticky: { strategy: 'sticky', sticky_by: 'key', targets: [ONE, TWO] },
        latency: { strategy: 'latency', exploration: 0, targets: [ONE, TWO] },
        auto: { strategy: 'auto', auto: { thresholds: [0.5] }, targets: [ONE, TWO] },
        cost: { strategy: 'cost', quality: ['large'], targets: [{ alias: 'tagged' }] },
        tagged: { targets: [target('1', { quality: ['large'] }), TWO] },
        conditional: { strategy: 'conditional', targets: [target('1', { when: 'request.tools > 0' }), TWO] },
      }),
    ).toEqual([]);
  });
});

describe('conditions', () => {
  const conditional = (when: string) => ({
    a: { strategy: 'conditional', targets: [{ ...ONE, when }, TWO] },
  });

  it('are compiled once for all requests', () => {
    const { conditions } = build(conditional('request.tools > 0'));
    expect([...conditions.keys()]).toEqual(['request.tools > 0']);
  });

  it('have to compile', () => {
    expect(mistakesOf(conditional('request.tools >'))).toEqual([
      expect.stringMatching(/^models\.a\.targets\[0\]\.when: ./),
    ]);
  });

  it('read the headers that the document names, and no others', () => {
    const models = conditional('header("x-plan") == "gold"');
    expect(mistakesOf(models, { routing: { headers: ['x-plan'] } })).toEqual([]);
    expect(mistakesOf(models)).toEqual([expect.stringContaining('models.a.targets[0].when: ')]);
  });
});

describe('what contradicts itself', () => {
  it.each<[string, object, string[]]>([
    [
      'weights',
      { strategy: 'sticky', targets: [target('1', { weight: 0 }), target('2', { weight: 0 })] },
      ['models.a.targets: every `weight` is 0'],
    ],
    [
      'names of arms',
      { targets: [target('1', { name: 'x' }), target('2', { name: 'x' }), target('3', { name: 'y' })] },
      [
        'models.a.targets[0].name: is the name of another target too',
        'models.a.targets[1].name: is the name of another target too',
      ],
    ],
    [
      'thresholds',
      { strategy: 'auto', auto: { thresholds: [0.5, 0.5] }, targets: [ONE, TWO] },
      [
        'models.a.auto.thresholds: has 2 numbers: 2 targets need 1',
        'models.a.auto.thresholds: does not rise from each number to the next',
      ],
    ],
    [
      'places',
      { residency: ['EU', 'UK'], targets: [target('1', { regions: ['DE', 'ZZ'] })] },
      [
        'models.a.residency[1]: `UK` is neither a continent nor a country of ISO 3166-1: the United Kingdom is `GB`',
        'models.a.targets[0].regions[1]: `ZZ` is neither a continent nor a country of ISO 3166-1',
      ],
    ],
    [
      'the provider of a shadow',
      { targets: [ONE], shadow: { provider: 'nobody', model: 'm', share: 0.1 } },
      ['models.a.shadow.provider: `nobody` is neither in `providers` nor in the catalogue'],
    ],
    [
      'a shadow beside a residency',
      {
        residency: ['EU'],
        targets: [target('1', { regions: ['EU'] })],
        shadow: { provider: 'simulator', model: 'm', share: 0.1 },
      },
      ['models.a.shadow: would copy requests out of the `residency` of this alias'],
    ],
  ])('is told: %s', (_, entry, told) => {
    expect(mistakesOf({ a: entry }).filter((mistake) => !mistake.includes('leaves no target'))).toEqual(told);
  });

  it('is told of places that Cloudflare names where it does not know', () => {
    expect(mistakesOf({ a: { targets: [target('1', { regions: ['XX', 'T1', 'FRA', 'SAU'] })] } })).toEqual(
      [],
    );
  });
});

describe('residency', () => {
  it('that leaves an alias no target is refused, with the reasons', () => {
    const targets = [ONE, target('2', { regions: ['US', 'DE'] }), { alias: 'b' }];
    expect(mistakesOf({ a: { residency: ['EU'], targets }, b: { targets: [ONE] } })).toEqual([
      'models.a.residency: leaves no target: simulator/1 is outside residency EU; simulator/2 is outside residency EU',
    ]);
  });

  it('adds up, and the outer alias is the one that has none left', () => {
    const models = {
      a: { residency: ['EU'], targets: [{ alias: 'b', regions: ['EU'] }] },
      b: { residency: ['NA'], targets: [target('1', { regions: ['US'] })] },
    };
    expect(mistakesOf(models)).toEqual([
      'models.a.residency: leaves no target: simulator/1 is outside residency EU',
    ]);
  });

  it('goes by the regions of an alias-target where its targets have none', () => {
    const models = {
      a: { residency: ['EU'], targets: [{ alias: 'b', regions: ['DE'] }] },
      b: { targets: [ONE] },
    };
    expect(mistakesOf(models)).toEqual([]);
  });

  it('counts only the targets that a strategy looks at', () => {
    const targets = [target('1', { regions: ['US'] }), target('2', { regions: ['DE'] })];
    expect(mistakesOf({ a: { residency: ['EU'], targets } })).toEqual([]);
    expect(mistakesOf({ a: { strategy: 'single', residency: ['EU'], targets } })).toEqual([
      expect.stringContaining('models.a.residency: leaves no target'),
    ]);
  });

  it('does not contain data centres that it does not name', () => {
    const targets = [target('1', { regions: ['DE', 'FRA'] }), target('2', { regions: ['DE'] })];
    expect(mistakesOf({ a: { residency: ['EU'], targets } })).toEqual([
      'models.a.targets[0].regions[1]: `FRA` is a data centre, which lies within a residency only where that names it',
    ]);
    expect(mistakesOf({ a: { residency: ['EU', 'FRA'], targets } })).toEqual([]);
  });

  it('is not looked into where aliases lead nowhere or in circles', () => {
    const models = {
      a: { residency: ['EU'], targets: [{ alias: 'b' }] },
      b: { targets: [{ alias: 'a' }] },
    };
    expect(mistakesOf(models)).toEqual([
      'models.a.targets[0].alias: leads back to `a`',
      'models.b.targets[0].alias: leads back to `b`',
    ]);
  });

  it('is not the only rule that can leave nothing: so can tags', () => {
    const a = { strategy: 'cost', quality: ['large'], targets: [target('1', { quality: ['small'] })] };
    expect(mistakesOf({ a })).toEqual([
      'models.a.quality: leaves no target: simulator/1 is without the quality large',
    ]);
  });
});

describe('warnings', () => {
  it('tell what needs a second target and has none', () => {
    const second = { hedge: { enabled: true }, mid_stream_failover: true };
    const { warnings } = build({
      a: { ...second, targets: [ONE, { alias: 'b' }] },
      b: { targets: [ONE] },
      c: { ...second, targets: [ONE, TWO] },
      d: { hedge: { enabled: false }, targets: [ONE] },
    });
    expect(warnings).toEqual([
      'models.a.hedge has no effect: there is no second target',
      'models.a.mid_stream_failover has no effect: there is no second target',
    ]);
  });

  it('tell which of its own targets an alias never asks', () => {
    const targets = [target('1', { regions: ['EU'] }), TWO, { alias: 'b', regions: ['FR'] }];
    const { warnings } = build({
      a: { residency: ['EU'], targets },
      b: { targets: [TWO, target('3', { regions: ['US'] })] },
    });
    expect(warnings).toEqual(['models.a.targets[1] is never asked: it is outside residency EU']);
  });
});

describe('context windows', () => {
  it('are those of the list, of providers that are there', () => {
    const providers = { openai: { api_keys: ['sk-openai-0123'] }, simulator: {} };
    const { windows } = build({ a: { targets: [ONE] } }, { providers });
    expect(['openai/gpt-4', 'openai/my-own', 'nobody/gpt-4'].map((name) => windows.get(name))).toEqual([
      8192,
      undefined,
      undefined,
    ]);
  });
});
