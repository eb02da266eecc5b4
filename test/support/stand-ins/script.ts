/**
 * What stand-ins hear and say, in no vendor's words: a test names a scenario in the last user text
 * (`scenario:plain`), the stand-in checks the request by its vendor's rules and answers by the scenario's script.
 */
import { Refusal } from './closed.ts';

export interface HeardMedia {
  readonly mediaType: string;
  readonly bytes: number;
}
export interface HeardCall {
  /** `null`: the form has no ids. */
  readonly id: string | null;
  readonly name: string;
  readonly args: unknown;
}
export interface HeardResult {
  readonly id: string | null;
  readonly name: string | null;
  readonly text: string;
}
export interface HeardTurn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly texts: readonly string[];
  readonly media: readonly HeardMedia[];
  readonly calls: readonly HeardCall[];
  readonly results: readonly HeardResult[];
  /** Proofs of thought that came back, each issued by this stand-in. */
  readonly proofs: number;
}
export const heardTurn = (role: HeardTurn['role'], fields: Partial<HeardTurn> = {}): HeardTurn => ({
  role,
  texts: [],
  media: [],
  calls: [],
  results: [],
  proofs: 0,
  ...fields,
});

/** A request that a stand-in found good, in neutral words. */
export interface Heard {
  readonly model: string;
  readonly wantsStream: boolean;
  readonly wantsUsage: boolean;
  readonly system: readonly string[];
  readonly turns: readonly HeardTurn[];
  readonly tools: readonly string[];
  /** `auto`, `none`, `required`, or the name of the tool that must be called. */
  readonly toolChoice: string;
  /** What the answer must fit. */
  readonly schema: unknown;
  readonly limit: number | null;
  readonly temperature: number | null;
  readonly stop: readonly string[];
  readonly thinks: boolean;
}

export type ScriptPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  /** Thinking that only the vendor can read; forms that have none leave it out. */
  | { readonly type: 'redacted'; readonly text: string }
  | { readonly type: 'refusal'; readonly text: string }
  | { readonly type: 'call'; readonly name: string; readonly args: Readonly<Record<string, unknown>> };

/** `refusal`: the model will not; `filtered`: it began, and was stopped. */
export type ScriptFinish = 'stop' | 'stop-sequence' | 'length' | 'calls' | 'refusal' | 'filtered';
export type Failure = 'rate-limit' | 'bad-request' | 'overloaded' | 'server-error';
/** How a stream ends badly: the vendor's own error event, a reset connection, or a clean end of the body too early. */
export type Breakage = 'error' | 'reset' | 'early-end';

/** `input` includes what was read from a cache, `output` includes reasoning. */
export interface ScriptUsage {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
}
export interface Script {
  readonly parts: readonly ScriptPart[];
  readonly finish: ScriptFinish;
  readonly stopSequence: string | null;
  readonly usage: ScriptUsage;
  /** Nothing was read: no candidate answers. For forms that say it apart. */
  readonly blocksPrompt?: boolean;
  readonly fails?: Failure;
  /** In streams only; otherwise the failure comes before. */
  readonly breaks?: Breakage;
}

/** The blanks are more than a piece of a stream: one piece holds nothing else. */
export const PLAIN_TEXT = 'Über Łódź fliegen 42 Störche 🪿, sagt er: "ja"              \n\tund schweigt.';
export const THOUGHT = 'The user greets me.\n\nI should be brief — 2 × 2 = 4.';
export const WEATHER = { city: 'São Paulo', days: 3, note: 'say "hi" \\ 🌧' };
const CALL = { type: 'call', name: 'get_weather', args: WEATHER } as const;
const CALLS = [
  CALL,
  { type: 'call', name: 'get_weather', args: { city: 'Oslo', days: 1, note: '' } },
  { type: 'call', name: 'get_time', args: {} },
] as const;
const says = (text: string): ScriptPart => ({ type: 'text', text });
const thinks: ScriptPart = { type: 'reasoning', text: THOUGHT };

/** Scenarios whose answer to tool results names them, so that what came back can be told. */
const answerToResults = (results: readonly HeardResult[]): ScriptPart[] => [
  says(`Results: ${results.map(({ text }) => text).join(' | ')}`),
];

export const SCENARIOS = [
  'plain',
  'one-tool',
  'text-and-tool',
  'parallel-tools',
  'reasoning',
  'reasoning-tool',
  'reasoning-parallel',
  'reasoning-hidden',
  'structured',
  'stop-sequence',
  'length',
  'length-empty',
  'refusal',
  'filtered',
  'prompt-blocked',
  'empty',
  'media',
  'rate-limit',
  'bad-request',
  'overloaded',
  'server-error',
  'error-mid-stream',
  'reset-mid-stream',
  'early-end',
  'error-mid-call',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

const NAME = /scenario:([a-z-]+)/g;

export function scenarioOf(heard: Heard): { name: Scenario; results: readonly HeardResult[] } {
  let name: string | undefined;
  let results: HeardResult[] = [];
  for (const turn of heard.turns) {
    if (turn.role !== 'user') continue;
    for (const one of turn.texts.flatMap((text) => [...text.matchAll(NAME)])) {
      name = one[1];
      results = [];
    }
    results.push(...turn.results);
  }
  const known = SCENARIOS.find((one) => one === name);
  if (known === undefined) throw new Refusal('', `no scenario of the stand-ins: ${name}`);
  return { name: known, results };
}

/** `instance`: fits the schema that was asked for. Who did not ask for thinking gets none. */
export function scriptOf(heard: Heard, instance: (schema: unknown) => unknown): Script {
  const script = scriptFor(heard, instance);
  if (heard.thinks) return script;
  const usage = { ...script.usage, output: script.usage.output - script.usage.reasoning, reasoning: 0 };
  return {
    ...script,
    usage,
    parts: script.parts.filter(({ type }) => type !== 'reasoning' && type !== 'redacted'),
  };
}

function scriptFor(heard: Heard, instance: (schema: unknown) => unknown): Script {
  const { name, results } = scenarioOf(heard);
  const usage = { input: 40 + name.length, cached: 8, output: 20 + name.length, reasoning: 0 };
  const thought = { ...usage, output: usage.output + 9, reasoning: 9 };
  const base: Script = { parts: [], finish: 'stop', stopSequence: null, usage };
  const isThoughtful = name.startsWith('reasoning');
  if (results.length > 0) {
    const parts = answerToResults(results);
    return isThoughtful ? { ...base, parts: [thinks, ...parts], usage: thought } : { ...base, parts };
  }
  switch (name) {
    case 'plain':
      return { ...base, parts: [says(PLAIN_TEXT)] };
    case 'one-tool':
      return { ...base, parts: [CALL], finish: 'calls' };
    case 'text-and-tool':
      return { ...base, parts: [says('Let me look.'), CALL], finish: 'calls' };
    case 'parallel-tools':
      return { ...base, parts: CALLS, finish: 'calls' };
    case 'reasoning':
      return { ...base, parts: [thinks, says('The answer is 4.')], usage: thought };
    case 'reasoning-tool':
      return { ...base, parts: [thinks, CALL], finish: 'calls', usage: thought };
    case 'reasoning-parallel':
      return { ...base, parts: [thinks, ...CALLS], finish: 'calls', usage: thought };
    case 'reasoning-hidden':
      return { ...base, parts: [{ type: 'redacted', text: THOUGHT }, CALL], finish: 'calls', usage: thought };
    case 'structured':
      return { ...base, parts: [says(JSON.stringify(instance(heard.schema)))] };
    case 'stop-sequence':
      return stopped(heard, base);
    case 'length':
      return { ...base, parts: [says('It was a dark and stormy')], finish: 'length' };
    case 'length-empty':
      return { ...base, finish: 'length', usage: thought };
    case 'refusal':
      return { ...base, parts: [{ type: 'refusal', text: 'I cannot help with that.' }], finish: 'refusal' };
    case 'filtered':
      return { ...base, parts: [says('I will now expl')], finish: 'filtered' };
    case 'prompt-blocked':
      return { ...base, finish: 'refusal', blocksPrompt: true };
    case 'empty':
      return base;
    case 'media':
      return { ...base, parts: [says(`Seen: ${seen(heard)}`)] };
    case 'rate-limit':
    case 'bad-request':
    case 'overloaded':
    case 'server-error':
      return { ...base, fails: name };
    case 'error-mid-stream':
      return broken({ ...base, parts: [says('Half of an ans')] }, 'error');
    case 'error-mid-call':
      return broken({ ...base, parts: [CALL] }, 'error');
    case 'reset-mid-stream':
      return broken({ ...base, parts: [says('Half of an ans')] }, 'reset');
    case 'early-end':
      return broken({ ...base, parts: [says('Half of an ans')] }, 'early-end');
    default:
      return name satisfies never;
  }
}

const broken = (script: Script, breaks: Breakage): Script => ({ ...script, breaks, fails: 'server-error' });

function stopped(heard: Heard, base: Script): Script {
  const [stopSequence] = heard.stop;
  const whole = 'one two END three';
  if (stopSequence === undefined || !whole.includes(stopSequence)) return { ...base, parts: [says(whole)] };
  const said = whole.slice(0, whole.indexOf(stopSequence));
  return { ...base, parts: [says(said)], finish: 'stop-sequence', stopSequence };
}

const seen = ({ turns }: Heard): string =>
  turns
    .flatMap(({ media }) => media)
    .map(({ mediaType, bytes }) => `${mediaType} of ${bytes} bytes`)
    .join(', ');

/** Pieces of a text as a stream sends them: some characters each, no character cut. */
export function cut(text: string, size = 7): string[] {
  const characters = [...text];
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += size) pieces.push(characters.slice(at, at + size).join(''));
  return pieces;
}
