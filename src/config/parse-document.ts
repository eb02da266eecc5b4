/**
 * From the text of a configuration document to a checked document, or to every mistake in it. What a document
 * means together with the catalogue and the secrets is `gateway/snapshot.ts`.
 */
import type * as z from 'zod';
import type { ConfigMistake } from '../errors.ts';
import { type ConfigDocument, configSchema } from './schema.ts';

export type ParsedDocument =
  | { readonly ok: true; readonly document: ConfigDocument }
  | {
      readonly ok: false;
      readonly mistakes: readonly ConfigMistake[];
      /** The entries that have the right shape, so that their other mistakes can be told in the same go. */
      readonly rest: ConfigDocument | null;
    };

/**
 * Joins `GATEWAY_CONFIG`, `GATEWAY_CONFIG_2`, … in order (a variable holds at most 5 KB); `undefined` if the
 * first is not set.
 */
export function joinConfigParts(variable: (name: string) => string | undefined): string | undefined {
  let text = variable('GATEWAY_CONFIG');
  if (text === undefined) return undefined;
  for (let part = 2; ; part += 1) {
    const more = variable(`GATEWAY_CONFIG_${part}`);
    if (more === undefined) return text;
    text += more;
  }
}

export function parseDocument(text: string): ParsedDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = `is not JSON${positionOf(error)}`;
    return { ok: false, mistakes: [{ path: '(document)', message }], rest: null };
  }
  const schema = configSchema();
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, document: result.data };
  const { issues } = result.error;
  const rest = schema.safeParse(withoutMistaken(value, issues));
  return { ok: false, mistakes: issues.flatMap(toMistakes), rest: rest.data ?? null };
}

type Issue = z.core.$ZodIssue;

function toMistakes(issue: Issue): ConfigMistake[] {
  // What is wrong with a name says its own rule.
  if (issue.code === 'invalid_key')
    return issue.issues.map(({ message }) => ({ path: toPath(issue.path), message }));
  if (issue.code !== 'unrecognized_keys') return [{ path: toPath(issue.path), message: issue.message }];
  return issue.keys.map((key) => ({ path: toPath([...issue.path, key]), message: 'is not a known field' }));
}

/** What takes the place of a mistaken entry, so that references to its name still find one. */
const PLACEHOLDERS: Readonly<Record<string, unknown>> = {
  providers: { base_url: 'https://placeholder.invalid', api_keys: [] },
  models: { targets: [{ provider: 'simulator', model: 'placeholder' }] },
};

/** The document with its mistaken aliases and providers replaced, and any other mistaken section left out. */
function withoutMistaken(value: unknown, issues: readonly Issue[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const rest = structuredClone(value) as Record<string, unknown>; // JSON, and no array (or nothing below is found)
  // Unknown fields first: afterwards the entries that hold them may be gone.
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const holder = issue.path.reduce<unknown>(memberOf, rest);
    for (const key of issue.keys) delete (holder as Record<string, unknown>)[key]; // zod found it there
  }
  for (const { code, path } of issues) {
    const [section, entry] = path.map(String);
    if (code === 'unrecognized_keys' || section === undefined) continue;
    const placeholder = PLACEHOLDERS[section];
    const entries = rest[section];
    const isEntry =
      placeholder !== undefined && entry !== undefined && typeof entries === 'object' && entries !== null;
    if (isEntry) (entries as Record<string, unknown>)[entry] = placeholder;
    else delete rest[section];
  }
  return rest;
}

const memberOf = (value: unknown, key: PropertyKey): unknown => (value as Record<PropertyKey, unknown>)[key];

/** `models.fast.targets[0].provider`; `(document)` for the whole. */
export function toPath(segments: readonly PropertyKey[]): string {
  let path = '';
  for (const segment of segments) {
    if (typeof segment === 'number') path += `[${segment}]`;
    else path += path === '' ? String(segment) : `.${String(segment)}`;
  }
  return path === '' ? '(document)' : path;
}

/** Only the position: the engine's whole message quotes the document, and with it perhaps a key. */
function positionOf(error: unknown): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return position === undefined ? '' : ` (at character ${position})`;
}
