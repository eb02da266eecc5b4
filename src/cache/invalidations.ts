/** Whether an entry was forgotten since it was asked for: a few look-ups in maps, made once of each version of the copy. */
import type { Invalidation, InvalidationKind, InvalidationsCopy } from '../keys/invalidations-copy.ts';
import type { EntryHead, EntrySubjects } from './entry.ts';

/** Whom an entry belongs to, and who reads it: in a scope wider than a project these are two. */
export type Sharer = Pick<EntrySubjects, 'project' | 'organization'>;

/** What an entry says of itself. `about.model` is as the client named it; `provider` and `model` are who answered. */
export type Forgettable = Pick<EntryHead, 'generation' | 'about' | 'provider' | 'model'>;

export interface Invalidations {
  /** What an answer that is asked for now carries: the last number that is known. */
  readonly generation: number;
  /**
   * Unless what forgets it for its owner or for its reader has a larger number than the entry. `keyHash`: of the cache
   * key, as `x-edgeway-cache-key` tells it.
   */
  isGood(head: Forgettable, keyHash: string, reader: Sharer): boolean;
}

/** The largest number for each value; for `all` the value is `null`. */
type Targets = Readonly<Record<InvalidationKind, Map<string | null, number>>>;

/** By project, then by organisation; `null` and `undefined` as in `Owners`. */
type Index = Map<string | null, Map<string | null | undefined, Targets>>;

export function createInvalidations({ generation, entries }: InvalidationsCopy): Invalidations {
  const index = indexOf(entries);
  const newest = entries.reduce((largest, entry) => Math.max(largest, entry.generation), 0);
  const isGoodFor = (owner: Sharer, head: Forgettable, keyHash: string): boolean =>
    !targetsOf(index, owner).some((targets) => isForgotten(targets, head, keyHash));
  return {
    generation,
    isGood: (head, keyHash, reader) =>
      head.generation >= newest ||
      (isGoodFor(head.about, head, keyHash) &&
        (isSame(head.about, reader) || isGoodFor(reader, head, keyHash))),
  };
}

/** Of the copy that `read` gives, which is the same object for as long as it is the same version. */
export function followInvalidations(read: () => InvalidationsCopy): () => Invalidations {
  let known: { readonly copy: InvalidationsCopy; readonly invalidations: Invalidations } | null = null;
  return () => {
    const copy = read();
    if (known?.copy !== copy) known = { copy, invalidations: createInvalidations(copy) };
    return known.invalidations;
  };
}

function indexOf(entries: readonly Invalidation[]): Index {
  const index: Index = new Map();
  for (const { generation, project, organization, kind, value } of entries) {
    const ofProject = getOrPut(index, project, () => new Map<string | null | undefined, Targets>());
    const targets = getOrPut(ofProject, organization, createTargets);
    targets[kind].set(value, Math.max(generation, targets[kind].get(value) ?? 0));
  }
  return index;
}

const createTargets = (): Targets => ({
  all: new Map(),
  key: new Map(),
  model: new Map(),
  namespace: new Map(),
  tag: new Map(),
});

function getOrPut<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

const targetsOf = (index: Index, { project, organization }: Sharer): Targets[] =>
  [null, project].flatMap((ofProject) =>
    [undefined, organization].flatMap((ofOrganization) => index.get(ofProject)?.get(ofOrganization) ?? []),
  );

function isForgotten(targets: Targets, { generation, about, provider, model }: Forgettable, keyHash: string) {
  const isNewer = (kind: InvalidationKind, value: string | null): boolean =>
    (targets[kind].get(value) ?? 0) > generation;
  return (
    isNewer('all', null) ||
    isNewer('key', keyHash) ||
    isNewer('model', about.model) ||
    isNewer('model', `${provider}/${model}`) ||
    isNewer('namespace', about.namespace) ||
    about.tags.some((tag) => isNewer('tag', tag))
  );
}

const isSame = (one: Sharer, other: Sharer): boolean =>
  one.project === other.project && one.organization === other.organization;
