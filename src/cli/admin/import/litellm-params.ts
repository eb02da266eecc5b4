/** Values of `litellm_params`: plain, or `os.environ/NAME` for a variable of LiteLLM's environment. */
import { isRecord } from '../../../is-record.ts';
import type { Notes } from './note.ts';
import type { Credential } from './secret-names.ts';
import { textOf } from './values.ts';

export type Params = Readonly<Record<string, unknown>>;

const ENVIRONMENT = 'os.environ/';

/** The variable's name, or `undefined` for a plain value. */
export function variableOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text?.startsWith(ENVIRONMENT) ? text.slice(ENVIRONMENT.length) : undefined;
}

export function readCredential(value: unknown): Credential | undefined {
  const name = variableOf(value);
  if (name !== undefined) return { kind: 'variable', name };
  const text = textOf(value);
  if (text !== undefined) return { kind: 'value', value: text };
  return isRecord(value) ? { kind: 'value', value: JSON.stringify(value) } : undefined;
}

/** A setting, which may be a variable here too. */
export function readSetting(value: unknown): string | Credential | undefined {
  const name = variableOf(value);
  return name === undefined ? textOf(value) : { kind: 'variable', name };
}

/** An address: it cannot be a variable, so one that is stands as a host that does not exist, with a note. */
export function readAddress(value: unknown, path: string, notes: Notes): string | undefined {
  const name = variableOf(value);
  if (name === undefined) return textOf(value);
  notes.add(
    'check',
    path,
    `is the variable ${name.slice(0, 100)}, whose value is not in the file: put the address into base_url`,
  );
  return `https://${
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'unknown'
  }.invalid`;
}

const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const SECRET_HEADER = /auth|key|token|secret|cookie|password|signature/i;

/** Headers that LiteLLM adds to each call. Values that look like credentials go the way of credentials. */
export function toHeaders(value: unknown, path: string, notes: Notes): Record<string, string | Credential> {
  const headers: Record<string, string | Credential> = {};
  for (const [name, said] of Object.entries(isRecord(value) ? value : {})) {
    const text = typeof said === 'string' || typeof said === 'number' ? String(said) : undefined;
    const credential = readCredential(text);
    if (!HEADER.test(name) || credential === undefined || !/^[\x20-\x7e]*$/.test(text ?? ''))
      notes.add('lost', path, 'one of its headers cannot be sent as it is');
    else
      headers[name] =
        credential.kind === 'variable' || SECRET_HEADER.test(name) ? credential : credential.value;
  }
  return headers;
}
