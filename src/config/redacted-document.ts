/**
 * The document as the admin API shows it: each literal secret as `[redacted:<fingerprint>]`. The fingerprint keeps
 * two secrets apart, so that a changed one shows as changed, and finds the secret again when the document comes
 * back edited.
 */
import type { ConfigMistake } from '../errors.ts';
import { isRecord } from '../is-record.ts';
import { toPath } from './parse-document.ts';
import { SECRET_PATHS, SECRET_REFERENCE } from './secret-fields.ts';

/** Tells secrets apart and gives none away; at best an HMAC. Without `]`. */
export type Fingerprint = (secret: string) => string;

export interface RestoredDocument {
  readonly document: unknown;
  /** Placeholders that stand for no secret of the active document. */
  readonly mistakes: readonly ConfigMistake[];
}

const PLACEHOLDER = /^\[redacted:([^\]]*)\]$/;

/** `document` is parsed JSON, and stays as it is. */
export function redactDocument(document: unknown, fingerprint: Fingerprint): unknown {
  return mapSecrets(document, (value) => {
    const secret = literalSecret(value);
    return secret === undefined ? value : `[redacted:${fingerprint(secret)}]`;
  });
}

/**
 * Puts the secrets of `active` back for their placeholders, from whatever place they stand in. Placeholders count
 * where secrets stand only: anywhere else a secret would be shown the next time.
 */
export function restoreDocument(
  redacted: unknown,
  active: unknown,
  fingerprint: Fingerprint,
): RestoredDocument {
  const known = secretsByFingerprint(active, fingerprint);
  const mistakes: ConfigMistake[] = [];
  const document = mapSecrets(redacted, (value, segments) => {
    const found = PLACEHOLDER.exec(value);
    if (found === null) return value;
    const secrets = [...(known.get(found[1] ?? '') ?? [])];
    const [secret] = secrets;
    if (secret !== undefined && secrets.length === 1) return secret;
    const message =
      secrets.length === 0
        ? 'is redacted, and the active document holds no such secret'
        : 'is redacted, and stands for more than one secret of the active document';
    mistakes.push({ path: toPath(segments), message });
    return value;
  });
  return { document, mistakes };
}

function secretsByFingerprint(document: unknown, fingerprint: Fingerprint): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  mapSecrets(document, (value) => {
    const secret = literalSecret(value);
    if (secret !== undefined) {
      const print = fingerprint(secret);
      known.set(print, (known.get(print) ?? new Set()).add(secret));
    }
    return value;
  });
  return known;
}

/** `undefined` for `$NAME`. */
const literalSecret = (value: string): string | undefined =>
  SECRET_REFERENCE.test(value) ? undefined : value;

type Replace = (text: string, segments: readonly PropertyKey[]) => string;

/** A copy of `document` with every text at one of `SECRET_PATHS` replaced. */
const mapSecrets = (document: unknown, replace: Replace): unknown =>
  mapAt(document, SECRET_PATHS, [], replace);

function mapAt(
  value: unknown,
  paths: readonly (readonly string[])[],
  segments: readonly PropertyKey[],
  replace: Replace,
): unknown {
  if (paths.length === 0) return value;
  // What is no text may hold a secret deeper: a credential with a weight.
  if (typeof value === 'string')
    return paths.some((path) => path.length === 0) ? replace(value, segments) : value;
  const mapMember = (name: string | number, member: unknown): unknown => {
    const matching = paths.filter(([first]) => first === '*' || first === name);
    return mapAt(
      member,
      matching.map((path) => path.slice(1)),
      [...segments, name],
      replace,
    );
  };
  if (Array.isArray(value)) return value.map((entry, index) => mapMember(index, entry));
  if (!isRecord(value)) return value;
  // Not by assignment, which would lose a member called `__proto__`.
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapMember(name, member)]));
}
