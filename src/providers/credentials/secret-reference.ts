/** `$NAME` in the configuration document stands for a secret of the Worker, or one that the Registry keeps. */
import { isOwnVariable } from '../../own-variables.ts';

export type ReadSecret = (name: string) => string | undefined;

/** `$NAME` becomes the secret of that name, anything else is itself; `undefined` if the secret is not set. */
export function resolveSecret(text: string, secret: ReadSecret): string | undefined {
  const name = secretName(text);
  return name === undefined ? text : readSecret(name, secret);
}

/** Secrets are often pasted with a line break; an empty one is none. */
export const readSecret = (name: string, secret: ReadSecret): string | undefined =>
  secret(name)?.trim() || undefined;

const secretName = (text: string): string | undefined => /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(text)?.[1];

/** Why a reference has no value. The gateway's own secrets are set, and withheld. */
export function missingSecret(text: string): string {
  const name = secretName(text) ?? text;
  return isOwnVariable(name)
    ? `names ${name}, which is the gateway's own and cannot be used in a document`
    : `needs the secret ${name}, which is not set`;
}

export const UNSENDABLE = 'holds line breaks or characters that no header can carry';
export const isSendable = (value: string): boolean => /^[\x21-\x7e]+$/.test(value);
