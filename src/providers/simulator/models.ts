/** Which models the simulator has, and how a model name becomes a behaviour. */
import { type Behaviour, behaviourSchema } from './behaviour.ts';
import { invalidField, Refusal } from './refusal.ts';

export type Behaviours = Readonly<Record<string, Partial<Behaviour>>>;

/** How the built-in models behave. Each answers on every route of the simulator. */
const BUILT_IN: Behaviours = {
  'sim-fast': {},
  'sim-paced': { first_token_ms: 200, tokens_per_second: 50 },
  'sim-slow': { first_token_ms: 3000 },
  'sim-embedding': {},
  'sim-error-429': { error_status: 429, retry_after_seconds: 1 },
  'sim-error-500': { error_status: 500 },
  'sim-dies': { die_after_tokens: 5 },
  'sim-hangs': { hang: 'headers' },
};

/** Names of the built-in models, for the models list. */
export const SIMULATOR_MODELS: readonly string[] = Object.keys(BUILT_IN);

/** Whether the simulator has this model: a built-in or configured name, with or without `?options`. */
export function isSimulatorModel(name: string, configured: Behaviours = {}): boolean {
  return findBehaviour(splitName(name).base, configured) !== undefined;
}

/**
 * The behaviour behind a model name such as `sim-fast?first_token_ms=500`. A configured model replaces a
 * built-in one of the same name; options replace single fields of either.
 *
 * @throws Refusal 404 `model_not_found` for an unknown model, 400 naming `model` for a bad option.
 */
export function resolveModel(name: string, configured: Behaviours): Behaviour {
  const { base, options } = splitName(name);
  const behaviour = findBehaviour(base, configured);
  if (behaviour === undefined) {
    throw new Refusal(404, `The simulator has no model ${JSON.stringify(base.slice(0, 200))}.`, {
      param: 'model',
      code: 'model_not_found',
    });
  }
  if (options === undefined) return { first_token_ms: 0, tokens_per_second: 0, ...behaviour };
  return withOptions(behaviour, options);
}

function splitName(name: string): { base: string; options: string | undefined } {
  const mark = name.indexOf('?');
  return mark < 0
    ? { base: name, options: undefined }
    : { base: name.slice(0, mark), options: name.slice(mark + 1) };
}

function findBehaviour(base: string, configured: Behaviours): Partial<Behaviour> | undefined {
  if (Object.hasOwn(configured, base)) return configured[base];
  return Object.hasOwn(BUILT_IN, base) ? BUILT_IN[base] : undefined;
}

function withOptions(behaviour: Partial<Behaviour>, options: string): Behaviour {
  const given: [string, unknown][] = [];
  for (const [key, value] of new URLSearchParams(options)) {
    if (given.some(([earlier]) => earlier === key)) throw badOption(`${key} is given twice`);
    given.push([key, toValue(value)]);
  }
  // Object.fromEntries and not assignment: an option called `__proto__` must stay an unknown option.
  const result = behaviourSchema().safeParse(Object.fromEntries([...Object.entries(behaviour), ...given]));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw badOption([...(issue?.path ?? []), issue?.message ?? 'invalid'].join(': '));
}

const toValue = (text: string): unknown => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);

const badOption = (reason: string): Refusal =>
  invalidField('model', `The model name has a bad option: ${reason.slice(0, 300)}.`);
