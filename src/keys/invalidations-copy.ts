/**
 * What is to be forgotten of the response cache, as isolates know it: the edge copy `cache`. Each invalidation has a
 * number, larger than all before it; an entry is forgotten by those with a larger number than it carries.
 */
import { NAMESPACE } from '../config/schema-cache.ts';
import { isRecord } from '../is-record.ts';

export const INVALIDATION_KINDS = ['all', 'key', 'model', 'namespace', 'tag'] as const;
export type InvalidationKind = (typeof INVALIDATION_KINDS)[number];

/** Whose entries: a project's, an organisation's, a project's as credentials of one organisation share it, or everybody's. */
export interface Owners {
  /** `null`: of any project. */
  readonly project: string | null;
  /** `null`: of credentials that name none. Absent: of any, and of none. */
  readonly organization?: string | null;
}

export interface InvalidationTarget extends Owners {
  readonly kind: InvalidationKind;
  /** What entries of this kind have in common; `null` for `all`. */
  readonly value: string | null;
}

export interface Invalidation extends InvalidationTarget {
  readonly generation: number;
}

export interface InvalidationsCopy {
  /** Grows with every change. */
  readonly version: number;
  /** The largest number there is; 0: nothing has to be forgotten. */
  readonly generation: number;
  readonly entries: readonly Invalidation[];
}

/** What a value has to look like. A model is named as a client names it, or as `provider/model`. */
export const VALUE_PATTERNS: Readonly<Record<Exclude<InvalidationKind, 'all'>, RegExp>> = {
  key: /^[0-9a-f]{64}$/,
  model: /^[^\p{C}]{1,256}$/u,
  namespace: NAMESPACE,
  tag: NAMESPACE,
};

/** Where nothing was ever forgotten. */
export const NOTHING_FORGOTTEN: InvalidationsCopy = { version: 0, generation: 0, entries: [] };

/** For as long as nobody can say what is to be forgotten: no entry is good. Its version is none that a Registry gives. */
export const ALL_FORGOTTEN: InvalidationsCopy = {
  version: -1,
  generation: 0,
  entries: [{ generation: Number.MAX_SAFE_INTEGER, project: null, kind: 'all', value: null }],
};

/** Beside its version. A kind that only a newer Registry knows makes it none: it would forget too little. */
export const isInvalidationsCopy = ({ generation, entries }: Readonly<Record<string, unknown>>): boolean =>
  Number.isSafeInteger(generation) && Array.isArray(entries) && entries.every(isInvalidation);

const isInvalidation = (value: unknown): boolean =>
  isRecord(value) &&
  Number.isSafeInteger(value.generation) &&
  isTextOrNull(value.project) &&
  (value.organization === undefined || isTextOrNull(value.organization)) &&
  INVALIDATION_KINDS.some((kind) => kind === value.kind) &&
  (value.kind === 'all' ? value.value === null : typeof value.value === 'string');

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
