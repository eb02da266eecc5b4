/**
 * Whose use is listed, page by page: the keys or projects of the active document first, then those of the Registry that
 * the document does not name. Everybody sees those of their own projects.
 */
import type { ConfigDocument, KeyEntry } from '../../config/schema.ts';
import { type LimitEntry, mergeLimits, pickLimits } from '../../config/schema-limits.ts';
import { documentKeyLedgerId } from '../../keys/ledger-ids.ts';
import { type Actor, mayTouchProject } from '../actor.ts';
import type { RegistryDesk } from '../registry/commands.ts';
import type { KeyResource } from '../registry/key-rows.ts';
import type { UsageSubject } from '../usage-desk.ts';
import { unwrap } from './respond.ts';

/** What is listed, from where. */
export interface ListSources {
  /** Checked; `null` where it cannot be read. */
  readonly document: Pick<ConfigDocument, 'keys' | 'projects'> | null;
  readonly registry: RegistryDesk;
  readonly actor: Actor;
}

export interface ListWish {
  readonly of: 'keys' | 'projects';
  /** Name of the one project that is asked for, or whose keys are. */
  readonly project: string | null;
  /** The one key that is asked for. */
  readonly keyId: string | null;
  readonly limit: number;
  readonly cursor: string | null;
}

/** A key, or a project as a whole. */
export interface ListedSubject {
  readonly subject: UsageSubject;
  readonly project: string;
  readonly key: { readonly id: string; readonly name: string } | null;
}

export interface SubjectPage {
  readonly subjects: readonly ListedSubject[];
  readonly next: string | null;
}

/** Throws `InvalidRequest` for a cursor that we did not make. */
export async function listSubjects(wish: ListWish, sources: ListSources): Promise<SubjectPage> {
  if (wish.keyId !== null) return only(await findKey(wish.keyId, sources), wish);
  if (wish.of === 'keys') return readParts(wish, keyParts(wish.project, sources));
  if (wish.project === null) return readParts(wish, projectParts(sources));
  const isOwn = mayTouchProject(sources.actor, wish.project);
  const [project = null] = isOwn ? await describeProjects([wish.project], sources) : [];
  return only(project, wish);
}

function only(one: ListedSubject | null, { project }: ListWish): SubjectPage {
  const isListed = one !== null && one.project === (project ?? one.project);
  return { subjects: isListed ? [one] : [], next: null };
}

interface Parts {
  readonly fromDocument: (start: number, end: number) => Promise<readonly ListedSubject[]>;
  readonly fromRegistry: (limit: number, cursor: string | null) => Promise<SubjectPage>;
}

async function readParts({ limit, cursor }: ListWish, parts: Parts): Promise<SubjectPage> {
  const start = cursor === null ? 0 : readOffset(cursor);
  if (start === null) return parts.fromRegistry(limit, cursor);
  const known = await parts.fromDocument(start, start + limit);
  if (known.length === limit) return { subjects: known, next: `d${(start + limit).toString(36)}` };
  const others = await parts.fromRegistry(limit - known.length, null);
  return { ...others, subjects: [...known, ...others.subjects] };
}

/** Of a cursor within the document; others are the Registry's. */
const readOffset = (cursor: string): number | null =>
  /^d[0-9a-z]{1,6}$/.test(cursor) ? Number.parseInt(cursor.slice(1), 36) : null;

function keyParts(project: string | null, { document, registry, actor }: ListSources): Parts {
  const known = documentKeys({ document, actor }).filter((key) => key.project === (project ?? key.project));
  return {
    fromDocument: async (start, end) => known.slice(start, end),
    fromRegistry: async (limit, cursor) => {
      const filter = { project, organization: null, status: null, tag: null, search: null };
      const page = unwrap(await registry.query('keys.list', { ...filter, limit, cursor }, actor));
      return { subjects: page.data.map(mintedKey), next: page.next_cursor };
    },
  };
}

/** A key that is deleted, and whoever is no key, is nobody that could be found. */
async function findKey(
  id: string,
  { document, registry, actor }: ListSources,
): Promise<ListedSubject | null> {
  const known = documentKeys({ document, actor }).find(({ key }) => key?.id === id);
  if (known !== undefined) return known;
  const key = unwrap(await registry.query('keys.get', { id }, actor));
  return key === null ? null : mintedKey(key);
}

const documentKeys = ({ document, actor }: Pick<ListSources, 'document' | 'actor'>): ListedSubject[] =>
  (document?.keys ?? []).filter(({ project }) => mayTouchProject(actor, project)).map(documentKey);

function documentKey(entry: KeyEntry): ListedSubject {
  const id = documentKeyLedgerId(entry.sha256);
  const subject = { kind: 'key' as const, id, limits: pickLimits(entry) };
  return { subject, project: entry.project, key: { id, name: entry.name } };
}

const mintedKey = (key: KeyResource): ListedSubject => ({
  subject: { kind: 'key', id: key.id, limits: pickLimits(key) },
  project: key.project,
  key: { id: key.id, name: key.name },
});

function projectParts(sources: ListSources): Parts {
  const { registry, actor } = sources;
  const names = documentProjects(sources);
  return {
    fromDocument: (start, end) => describeProjects(names.slice(start, end), sources),
    fromRegistry: async (limit, cursor) => {
      const filter = { organization: null, status: null, search: null };
      const page = unwrap(await registry.query('projects.list', { ...filter, limit, cursor }, actor));
      const others = page.data.filter(({ name }) => !names.includes(name));
      return {
        subjects: others.map((project) => toProject(project.name, pickLimits(project))),
        next: page.next_cursor,
      };
    },
  };
}

/** Those that a document names, and the one of who has none: a local start without keys, for one. */
function documentProjects({ document, actor }: ListSources): string[] {
  const named = [
    ...Object.keys(document?.projects ?? {}),
    ...(document?.keys ?? []).map(({ project }) => project),
  ];
  return [...new Set(['default', ...named])].filter((name) => mayTouchProject(actor, name));
}

/** With the limits that the document and the Registry give them together. */
async function describeProjects(
  names: readonly string[],
  { document, registry, actor }: ListSources,
): Promise<ListedSubject[]> {
  if (names.length === 0) return [];
  const known = unwrap(await registry.query('projects.named', { names }, actor));
  const limits = new Map(known.map((project) => [project.name, pickLimits(project)]));
  const entries = new Map(Object.entries(document?.projects ?? {}));
  return names.map((name) => toProject(name, mergeLimits(entries.get(name), limits.get(name))));
}

const toProject = (name: string, limits: LimitEntry): ListedSubject => ({
  subject: { kind: 'project', name, limits },
  project: name,
  key: null,
});
