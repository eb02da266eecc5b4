/** One gateway before all stand-ins, and what a cell of the matrix knows of its pair of door and upstream form. */
import { type Gateway, startGateway } from '../gateway.ts';
import { SECRET } from '../stand-ins/form.ts';
import type { Heard } from '../stand-ins/script.ts';
import type { StandInCall } from '../stand-ins/server.ts';
import { AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY } from '../stand-ins/sigv4.ts';
import { FORM_IDS, type FormId, type StandIns, startStandIns } from '../stand-ins/stand-ins.ts';
import type { Ask, Conversation, Door } from './door.ts';
import { MODELS, type Models } from './models.ts';

export interface Matrix {
  readonly gateway: Gateway;
  readonly standIns: StandIns;
  pair(door: Door, form: FormId): Pair;
  stop(): Promise<void>;
}

export interface Pair {
  readonly door: Door;
  readonly form: FormId;
  /** Bytes pass through: what the client sends is what the vendor judges. */
  readonly isSameForm: boolean;
  readonly gateway: Gateway;
  open(ask?: Partial<Ask>, kind?: keyof Models | 'wrong-key'): Conversation;
  calls(label: string): readonly StandInCall[];
  /** What the last call with this label was understood as. */
  heard(label: string): Heard;
}

export async function startMatrix(): Promise<Matrix> {
  const standIns = await startStandIns();
  const gateway = await startGateway({ config: configuration(standIns) });
  return {
    gateway,
    standIns,
    pair: (door, form) => pairOf(door, form, gateway, standIns),
    stop: async () => {
      await gateway.stop();
      await standIns.stop();
    },
  };
}

/** Rows of the catalogue: they say by what their vendor refuses a key. */
const ROWS: Readonly<Record<FormId, string>> = {
  'openai-chat': 'bad-openai-chat',
  'openai-responses': 'bad-openai-responses',
  'anthropic-messages': 'anthropic',
  gemini: 'gemini',
  'bedrock-converse': 'bedrock',
  'cohere-chat': 'cohere',
  'ollama-chat': 'ollama-native',
};

/** Aliases for each kind of model, without retries, and one whose provider refuses the gateway's key. */
function configuration({ by }: StandIns): Record<string, unknown> {
  const aws = { access_key_id: AWS_ACCESS_KEY_ID, secret_access_key: AWS_SECRET_ACCESS_KEY };
  const provider = (form: FormId, credential: object): object => ({
    dialect: form,
    base_url: by[form].baseUrl,
    allow_insecure: true,
    ...(form === 'bedrock-converse' ? { region: AWS_REGION } : {}),
    ...credential,
  });
  const alias = (id: string, model: string): object => ({ retries: 0, targets: [{ provider: id, model }] });
  const bearer = { api_keys: [SECRET] };
  const providers = FORM_IDS.flatMap((form) => [
    [`up-${form}`, provider(form, form === 'bedrock-converse' ? aws : bearer)],
    [`bearer-${form}`, provider(form, bearer)],
    [ROWS[form], provider(form, { api_keys: ['sk-wrong-key-of-the-gateway'] })],
  ]);
  const models = FORM_IDS.flatMap((form) => [
    [`${form}-plain`, alias(`up-${form}`, MODELS[form].plain)],
    [`${form}-thinking`, alias(`bearer-${form}`, MODELS[form].thinking)],
    [`${form}-seeing`, alias(`up-${form}`, MODELS[form].seeing)],
    [`${form}-wrong-key`, alias(ROWS[form], MODELS[form].plain)],
  ]);
  return { providers: Object.fromEntries(providers), models: Object.fromEntries(models) };
}

function pairOf(door: Door, form: FormId, gateway: Gateway, standIns: StandIns): Pair {
  const standIn = standIns.by[form];
  return {
    door,
    form,
    gateway,
    isSameForm: door.id === form,
    open: (ask = {}, kind = 'plain') => door.open(gateway, { model: `${form}-${kind}`, ...ask }),
    calls: (label) => standIn.callsOf(label),
    heard: (label) => {
      const last = standIn.callsOf(label).at(-1);
      if (last === undefined) throw new Error('the stand-in was not called');
      if (last.heard === null) throw new Error(`the stand-in refused: ${last.refusal}`);
      return last.heard;
    },
  };
}
