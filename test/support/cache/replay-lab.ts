/** A gateway that keeps the answers of the scripted vendors, and what the vendors' own clients put together from them. */

import { type Gateway, startGateway } from '../gateway.ts';
import { freshLabel } from '../limits/lab.ts';
import type { Door, Got } from '../matrix/door.ts';
import { THOUGHT } from '../stand-ins/script.ts';
import { PATIENT } from './lab.ts';
import {
  SCRIPTED_FORMS,
  type ScriptedForm,
  type ScriptedVendors,
  type ScriptName,
  startScriptedVendors,
} from './scripted-vendor.ts';

export interface ReplayLab {
  readonly gateway: Gateway;
  readonly vendors: ScriptedVendors;
  stop(): Promise<void>;
}

export async function startReplayLab(): Promise<ReplayLab> {
  const vendors = await startScriptedVendors();
  const cache = { ttl_seconds: 3600, mode: 'always', tool_calls: true };
  const models = SCRIPTED_FORMS.map((form) => [
    form,
    { retries: 0, cache, targets: [{ provider: form, model: 'm' }] },
  ]);
  const gateway = await startGateway({
    config: { providers: vendors.providers, models: Object.fromEntries(models), cache: PATIENT },
  });
  return {
    gateway,
    vendors,
    stop: async () => {
      await gateway.stop();
      await vendors.stop();
    },
  };
}

/** A request that means the same at every door. */
export interface Question {
  readonly label: string;
  ask(door: Door, stream: boolean): Promise<Got>;
}

export function questionOf({ gateway }: ReplayLab, form: ScriptedForm, script: ScriptName): Question {
  const label = freshLabel();
  return {
    label,
    ask: (door, stream) => {
      const conversation = door.open(gateway, { model: form, limit: 500, temperature: 0 });
      conversation.user(`play:${script} ${label}`);
      return conversation.send(stream);
    },
  };
}

/** What a client gets beside the turn itself: ids, models, times, and usage in all its members. */
export function envelopeOf(door: Door, raw: readonly unknown[]): unknown {
  const values = raw as Record<string, unknown>[]; // the answers of these doors are objects
  switch (door.id) {
    case 'openai-chat': {
      const names = ['id', 'model', 'created', 'service_tier', 'system_fingerprint', 'usage'];
      return Object.fromEntries(
        names.map((name) => [name, values.findLast((one) => one[name] != null)?.[name]]),
      );
    }
    case 'openai-responses':
      return values.at(-1)?.response ?? values[0];
    case 'anthropic-messages': {
      const start = (values[0]?.message ?? values[0]) as Record<string, unknown>;
      const delta = values.find(({ type }) => type === 'message_delta') as Record<string, object> | undefined;
      const { id, model, stop_reason, stop_sequence, usage } = {
        ...start,
        ...delta?.delta,
        usage: { ...(start.usage as object), ...delta?.usage },
      } as Record<string, unknown>;
      return { id, model, stop_reason, stop_sequence, usage };
    }
    default: {
      const { responseId, modelVersion } = values[0] ?? {};
      return {
        responseId,
        modelVersion,
        usage: values.findLast((one) => one.usageMetadata != null)?.usageMetadata,
      };
    }
  }
}

/** What two clients have in common that read one answer at different doors; ids of calls included. */
export const gistOf = ({ text, refusal, calls, usage }: Got): object => ({ text, refusal, calls, usage });

/** What the answer to a question thinks, as a client of the door gets it: Google's are told only if they ask. */
export const thoughtAt = ({ id }: Door, script: ScriptName): string =>
  script.startsWith('reasoning') && id !== 'gemini' ? THOUGHT : '';

/** Why an answer may have ended: doors have one word for several reasons. */
export const endingsOf = ({ endings }: Door, { finish }: Got): readonly string[] =>
  Object.entries(endings).flatMap(([ending, word]) => (word === finish ? [ending] : []));
