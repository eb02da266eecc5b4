/**
 * One gateway in front of all stand-ins, for the vendors' own clients: aliases as an operator would name them, and what
 * the stand-ins of chats have not (embeddings, token counts, answers that never end).
 */
import { type Gateway, startGateway } from '../gateway.ts';
import { MODELS } from '../matrix/models.ts';
import { SECRET } from '../stand-ins/form.ts';
import type { Heard } from '../stand-ins/script.ts';
import type { StandInCall } from '../stand-ins/server.ts';
import { AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY } from '../stand-ins/sigv4.ts';
import { FORM_IDS, FORMS, type FormId, type StandIns, startStandIns } from '../stand-ins/stand-ins.ts';
import { type ReceivedCall, startUpstream, type Upstream } from '../upstream.ts';
import { answerEndlessly } from './endless.ts';
import { answerSideRoutes, EMBEDDING_MODELS } from './side-routes.ts';

export interface Lab {
  readonly gateway: Gateway;
  /** Calls that a stand-in got with this label, in order. */
  calls(form: FormId, label: string): readonly StandInCall[];
  /** What the last call with this label was understood as. Throws what it was refused with. */
  heard(form: FormId, label: string): Heard;
  /** What came to embeddings and token counts, of all forms. */
  readonly sideCalls: readonly ReceivedCall[];
  /** Answers that never end: the last call's connection. */
  endlessCall(form: FormId): Promise<ReceivedCall>;
  stop(): Promise<void>;
}

/** Aliases: `<form>`, `<form>-thinking`, `<form>-embedding`, `<form>-counting`, `<form>-endless`, `<form>-wrong-key`. */
export async function startLab(): Promise<Lab> {
  const standIns = await startStandIns();
  const side = await startUpstream(answerSideRoutes);
  const endless = new Map<FormId, Upstream>();
  for (const form of FORM_IDS) endless.set(form, await startUpstream(answerEndlessly(FORMS[form])));
  const urlOf = (form: FormId): string => endless.get(form)?.url ?? '';
  const gateway = await startGateway({ config: configuration(standIns, side.url, urlOf) });
  const calls = (form: FormId, label: string) => standIns.by[form].callsOf(label);
  return {
    gateway,
    calls,
    heard: (form, label) => {
      const last = calls(form, label).at(-1);
      if (last === undefined) throw new Error('the stand-in was not called');
      if (last.heard === null) throw new Error(`the stand-in refused: ${last.refusal}`);
      return last.heard;
    },
    sideCalls: side.calls,
    endlessCall: (form) => {
      const upstream = endless.get(form);
      if (upstream === undefined) throw new Error(form);
      return upstream.call(Math.max(0, upstream.calls.length - 1));
    },
    stop: async () => {
      await gateway.stop();
      await Promise.all([standIns.stop(), side.stop(), ...[...endless.values()].map((one) => one.stop())]);
    },
  };
}

function configuration(
  { by }: StandIns,
  sideUrl: string,
  endlessUrl: (form: FormId) => string,
): Record<string, unknown> {
  const aws = { access_key_id: AWS_ACCESS_KEY_ID, secret_access_key: AWS_SECRET_ACCESS_KEY };
  const provider = (form: FormId, baseUrl: string, credential: object = { api_keys: [SECRET] }): object => ({
    dialect: form,
    base_url: baseUrl,
    allow_insecure: true,
    ...(form === 'bedrock-converse' ? { region: AWS_REGION } : {}),
    ...credential,
  });
  const alias = (id: string, model: string): object => ({ retries: 0, targets: [{ provider: id, model }] });
  const providers = FORM_IDS.flatMap((form) => [
    [form, provider(form, by[form].baseUrl, form === 'bedrock-converse' ? aws : undefined)],
    [`side-${form}`, provider(form, sideUrl + FORMS[form].base)],
    [`endless-${form}`, provider(form, endlessUrl(form) + FORMS[form].base)],
    [`wrong-${form}`, provider(form, by[form].baseUrl, { api_keys: ['sk-wrong-key-of-the-gateway'] })],
  ]);
  const models = FORM_IDS.flatMap((form) => [
    [form, alias(form, MODELS[form].plain)],
    [`${form}-thinking`, alias(form, MODELS[form].thinking)],
    [`${form}-counting`, alias(`side-${form}`, MODELS[form].plain)],
    [`${form}-embedding`, alias(`side-${form}`, EMBEDDING_MODELS[form])],
    [`${form}-endless`, alias(`endless-${form}`, MODELS[form].plain)],
    [`${form}-wrong-key`, alias(`wrong-${form}`, MODELS[form].plain)],
  ]);
  return { providers: Object.fromEntries(providers), models: Object.fromEntries(models) };
}
