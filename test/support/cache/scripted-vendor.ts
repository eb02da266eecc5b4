/**
 * Vendors of the chat forms that say what the prompt names (`play:…`), whatever else it asks for: unlike the strict
 * stand-ins they think and call tools unasked, so that requests of several doors can be the same request. Ids are fresh
 * in every answer, so that an answer that was kept shows as one.
 */

import { wantsStream } from '../limits/billing-vendor.ts';
import { sseData } from '../stand-ins/form.ts';
import { cut, type Heard, PLAIN_TEXT, type Script, THOUGHT, WEATHER } from '../stand-ins/script.ts';
import { FORMS } from '../stand-ins/stand-ins.ts';
import { type Handler, json, type ReceivedCall, startUpstream } from '../upstream.ts';

export const SCRIPTED_FORMS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const;
export type ScriptedForm = (typeof SCRIPTED_FORMS)[number];

const usage = { input: 40, cached: 8, output: 24, reasoning: 0 };
const thought = { ...usage, output: 33, reasoning: 9 };
const text = { type: 'text', text: PLAIN_TEXT } as const;
const thinks = { type: 'reasoning', text: THOUGHT } as const;
const call = { type: 'call', name: 'get_weather', args: WEATHER } as const;
const CALLS = [
  call,
  { ...call, args: { city: 'Oslo', days: 1, note: '' } },
  { type: 'call', name: 'get_time', args: {} },
] as const;
const base = { stopSequence: null, usage };

export const SCRIPTS = {
  text: { ...base, parts: [text], finish: 'stop' },
  'text-and-tool': { ...base, parts: [text, call], finish: 'calls' },
  'parallel-tools': { ...base, parts: CALLS, finish: 'calls' },
  reasoning: { ...base, parts: [thinks, text], finish: 'stop', usage: thought },
  'reasoning-and-tools': { ...base, parts: [thinks, ...CALLS], finish: 'calls', usage: thought },
  structured: { ...base, parts: [{ type: 'text', text: '{"name": "Zoë", "ages": [1, 2]}' }], finish: 'stop' },
} as const satisfies Record<string, Script>;
export type ScriptName = keyof typeof SCRIPTS;
export const SCRIPT_NAMES = Object.keys(SCRIPTS) as ScriptName[]; // the keys are the type

export interface ScriptedVendors {
  readonly providers: Readonly<Record<ScriptedForm, object>>;
  /** Calls of all forms that name this label (`label:…`). */
  calls(label: string): readonly ReceivedCall[];
  stop(): Promise<void>;
}

export async function startScriptedVendors(): Promise<ScriptedVendors> {
  const calls = new Map<string, ReceivedCall[]>();
  const started = await Promise.all(
    SCRIPTED_FORMS.map(async (form) => {
      const upstream = await startUpstream((received, ...rest) => {
        const label = /label:[\w-]+/.exec(received.body.toString())?.[0] ?? '';
        calls.set(label, [...(calls.get(label) ?? []), received]);
        return sayScript(form)(received, ...rest);
      });
      const base_url = upstream.url + FORMS[form].base;
      const entry = { dialect: form, base_url, api_keys: ['sk-upstream-secret-0001'], allow_insecure: true };
      return [form, upstream, entry] as const;
    }),
  );
  return {
    providers: Object.fromEntries(started.map(([form, , entry]) => [form, entry])) as Record<
      ScriptedForm,
      object
    >, // one each
    calls: (label) => calls.get(label) ?? [],
    stop: async () => {
      await Promise.all(started.map(([, upstream]) => upstream.stop()));
    },
  };
}

const sayScript =
  (form: ScriptedForm): Handler =>
  async (received, response, request) => {
    const body = received.body.toString();
    const name = /play:([a-z-]+)/.exec(body)?.[1] as ScriptName; // tests name those that there are
    const script: Script = SCRIPTS[name];
    if (!wantsStream(received)) return json(wholeOf(form, script))(received, response, request);
    const { contentType, pieces } = FORMS[form].stream(script, HEARD);
    response.socket?.setNoDelay(true);
    response.writeHead(200, { 'content-type': contentType });
    for (const piece of form === 'openai-chat' ? withThought(script, pieces as string[]) : pieces) {
      response.write(piece);
      await new Promise((resolve) => setImmediate(resolve)); // so that pieces leave as chunks of their own
    }
    response.end();
  };

/** All that the forms look at. */
const HEARD = {
  model: 'm',
  wantsUsage: true,
  limit: null,
  wantsEncrypted: true,
  wantsSummary: true,
} as unknown as Heard;

function wholeOf(form: ScriptedForm, script: Script): object {
  const whole = FORMS[form].whole(script, HEARD) as { choices?: { message: Record<string, unknown> }[] };
  const [choice] = whole.choices ?? [];
  if (choice !== undefined && isThoughtful(script)) choice.message.reasoning_content = THOUGHT;
  return whole;
}

const isThoughtful = ({ parts }: Script): boolean => parts.some(({ type }) => type === 'reasoning');

/** OpenAI's own chat tells no thoughts; others who speak its form do, before anything else. */
function withThought(script: Script, pieces: readonly string[]): readonly string[] {
  const [opening, ...rest] = pieces;
  if (!isThoughtful(script) || opening === undefined) return pieces;
  const chunk = JSON.parse(opening.slice('data: '.length));
  const told = cut(THOUGHT).map((piece) =>
    sseData({ ...chunk, choices: [{ index: 0, delta: { reasoning_content: piece }, finish_reason: null }] }),
  );
  return [opening, ...told, ...rest];
}
