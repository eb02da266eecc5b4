/** What is explained of each strategy is what the very request then does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chat, type ExplainLab, type Question, startExplainLab } from '../support/routing/explain-lab.ts';
import { type Seeded, seeded } from '../support/seeded.ts';

const [alpha, beta, gamma] = ['alpha', 'beta', 'gamma'].map((provider) => ({ provider, model: 'm' }));
const when = (target: object | undefined, condition: string) => ({ ...target, when: condition });
const within = (target: object | undefined, ...regions: string[]) => ({ ...target, regions });

/** They choose by the request alone. */
const SETTLED = {
  single: { strategy: 'single', targets: [beta, alpha] },
  fallback: { targets: [gamma, alpha, beta] },
  cost: {
    strategy: 'cost',
    targets: [{ provider: 'alpha', model: 'dear' }, beta, { provider: 'gamma', model: 'odd' }],
  },
  region: {
    strategy: 'region',
    targets: [within(alpha, 'EU'), within(beta, 'DE', 'FRA'), within(gamma, 'NA', 'AS')],
  },
  resident: {
    residency: ['EU'],
    targets: [within(alpha, 'NA'), within(beta, 'DE'), within(gamma, 'EU')],
  },
  conditional: {
    strategy: 'conditional',
    targets: [
      when(alpha, 'metadata.tier == "gold"'),
      when(beta, 'request.tools > 0 || header("x-team") == "blue"'),
      gamma,
    ],
  },
  sticky: { strategy: 'sticky', targets: [alpha, beta, gamma] },
  split: { strategy: 'weighted', sticky_by: 'conversation', targets: [alpha, beta, gamma] },
  auto: { strategy: 'auto', targets: [alpha, beta, gamma] },
  nested: {
    strategy: 'region',
    targets: [
      { alias: 'conditional', regions: ['EU'], name: 'inner' },
      { alias: 'sticky', regions: ['NA'] },
    ],
  },
};

/** They go by chance too, or by what was measured meanwhile. */
const DRAWN = {
  weighted: {
    strategy: 'weighted',
    targets: [
      { ...alpha, name: 'old' },
      { ...beta, weight: 3 },
    ],
  },
  latency: { strategy: 'latency', targets: [alpha, beta, gamma] },
  least_busy: { strategy: 'least_busy', targets: [alpha, beta, gamma] },
};

let lab: ExplainLab;
beforeAll(async () => {
  lab = await startExplainLab({
    config: {
      models: { ...SETTLED, ...DRAWN },
      testing: { region_header: true },
      routing: { headers: ['x-team'] },
      prices: {
        '*/m': { input: 1, output: 1 },
        '*/dear': { input: 9, output: 1 },
        '*/odd': { input: 0.1, output: 5 },
      },
    },
  });
});
afterAll(() => lab.stop());

interface TargetTold {
  readonly provider: string;
  readonly model: string;
  readonly standing: string;
  readonly reason: string;
  readonly arm: string;
  readonly eligible: boolean;
}

const PLACES = ['EU,DE,FRA', 'EU,FR,CDG', 'NA,US,SJC', 'AS,JP,NRT', 'SA,BR,GRU'];
const WORDS = [
  'Hello',
  'Prove that',
  'the sum of',
  'all primes',
  'refactor this function',
  'why',
  'Guten Tag',
];

function randomQuestion(model: string, random: Seeded): Question {
  const say = () => random.list(random.between(1, 60), () => random.pick(WORDS)).join(' ');
  const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } };
  const headers: Record<string, string> = { 'x-edgeway-test-region': random.pick(PLACES) };
  if (random.chance(0.5))
    headers['x-edgeway-metadata'] = JSON.stringify({ tier: random.pick(['gold', 'tin']) });
  if (random.chance(0.5)) headers['x-team'] = random.pick(['blue', 'red']);
  const question = chat(model, {
    messages: [
      { role: 'system', content: say() },
      { role: 'user', content: say() },
    ],
    stream: random.chance(0.5),
    ...(random.chance(0.5) ? { max_tokens: random.between(1, 4000) } : {}),
    ...(random.chance(0.5) ? { tools: [tool] } : {}),
    ...(random.chance(0.5) ? { user: `user ${random.between(1, 50)}` } : {}),
    ...(random.chance(0.3) ? { response_format: { type: 'json_object' } } : {}),
  });
  return { ...question, headers };
}

const named = ({ provider, model }: { provider: unknown; model: unknown }) => `${provider}/${model}`;

describe.each(Object.keys(SETTLED))('%s', (model) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'asks the first target that is explained as eligible (seed %i)',
    async (seed) => {
      const random = seeded(seed * 7919);
      for (let turn = 0; turn < 3; turn += 1) {
        const question = randomQuestion(model, random);
        const told = await lab.explain(question);
        expect({ status: told.status, text: told.text }).toMatchObject({ status: 200 });
        const targets: readonly TargetTold[] = told.body.targets;
        const first = targets.find(({ eligible }) => eligible);
        const answer = await lab.make(question);
        const line = await lab.lineOf(answer);
        expect(answer.status).toBe(200);
        expect(line).toMatchObject({
          provider: first?.provider,
          model: first?.model,
          arm: first?.arm,
          region: told.body.region.region,
          routing: targets.map((one) => ({ target: named(one), standing: one.standing, reason: one.reason })),
        });
        expect(told.body).toMatchObject({
          arm: first?.arm,
          request: { wants_stream: line.first_token_ms !== null },
        });
      }
    },
  );
});

describe('what is settled', () => {
  const reasonsOf = async (model: string) => {
    const { body } = await lab.explain(chat(model));
    return body.targets.map((one: TargetTold) => one.reason);
  };

  it('is told with the words of the strategy', async () => {
    for (const model of ['fallback', 'cost', 'conditional', 'sticky', 'auto', 'region'])
      expect((await reasonsOf(model))[0]).toContain(model);
  });

  it('names the difficulty by which `auto` chose', async () => {
    const { body } = await lab.explain(chat('auto'));
    expect(body.targets[0].reason).toContain(body.request.difficulty.because);
    expect(body.targets[0].reason).toContain(body.request.difficulty.score.toFixed(2));
  });

  it('shows what a residency keeps away, and never as eligible', async () => {
    const { body } = await lab.explain({
      ...chat('resident'),
      headers: { 'x-edgeway-test-region': 'NA,US,SJC' },
    });
    expect(body.targets.find((one: TargetTold) => one.provider === 'alpha')).toMatchObject({
      eligible: false,
      standing: 'no',
      reason: expect.stringContaining('residency'),
    });
    expect(body.region).toEqual({ region: 'wnam', continent: 'NA', country: 'US', colo: 'SJC' });
  });

  it('has the arm of the outermost alias', async () => {
    const { body } = await lab.explain({
      ...chat('nested'),
      headers: { 'x-edgeway-test-region': 'EU,DE,FRA' },
    });
    expect(body.arm).toBe('inner');
  });
});

describe.each(Object.keys(DRAWN))('%s', (model) => {
  it('tells every target that the request might be sent to, and the log tells which it was', async () => {
    const random = seeded(99);
    for (let turn = 0; turn < 10; turn += 1) {
      const question = randomQuestion(model, random);
      const { body } = await lab.explain(question);
      const targets: readonly TargetTold[] = body.targets;
      expect(targets.every(({ eligible, reason }) => eligible && reason.startsWith(model))).toBe(true);
      const line = await lab.lineOf(await lab.make(question));
      expect(targets.map(named)).toContain(named({ provider: line.provider, model: line.model }));
      const asked = targets.find((one) => one.provider === line.provider);
      expect(line.arm).toBe(asked?.arm);
      const routing = line.routing as readonly { target: string }[];
      expect(routing.map(({ target }) => target).sort()).toEqual(targets.map(named).sort());
      expect(routing[0]?.target).toBe(named({ provider: line.provider, model: line.model }));
    }
  });
});
