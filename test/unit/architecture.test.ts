/// <reference types="vite/types/importMeta.d.ts" />
/**
 * Imports point one way: `http → gateway → rooms → dialects → streaming → the files beside the rooms`. A room knows no
 * other room, the gateway composes them; a wire form knows no other wire form, what two of them need stands beside
 * them. What differs from that is listed here, file by file, with its reason.
 */
import { describe, expect, it } from 'vitest';

const SOURCES: Readonly<Record<string, string>> = import.meta.glob('../../src/**/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** What a room may import beside the files of `src/` itself: whole rooms, or single files. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  // Doors: they hand on to the gateway, in the words of a wire form.
  http: [
    'gateway',
    'dialects',
    'streaming',
    'keys/principal.ts', // whom the gateway let in
    'cache/flight/flight-run.ts', // a request that is run on behalf of many: a type
    // The models door lists what there is.
    'routing/leaves-of.ts',
    'routing/model-index.ts',
    'routing/place.ts', // where a request came from
  ],
  gateway: [
    'cache',
    'config',
    'dialects',
    'keys',
    'limits',
    'providers',
    'routing',
    'streaming',
    'telemetry',
    'usage',
  ],
  // The control plane: it shares the keys' formats with the edge, and checks documents as they are checked at a start.
  admin: [
    'config',
    'keys',
    // The regions there are, and what each of them sees: types.
    'routing/region-of.ts',
    'routing/health/region-views.ts',
  ],
  keys: ['config'],
  limits: ['config'],
  // What is kept of an answer, and what is told of it while it comes: types, but for the names of doors.
  cache: [
    'dialects/canonical-events.ts',
    'dialects/routes.ts',
    'usage/usage.ts',
    'keys/invalidations-copy.ts', // what the Registry tells of what is forgotten
  ],
  routing: ['config'],
  telemetry: [
    'usage/usage.ts', // a log line tells the usage
    'streaming/stream-writer.ts', // the content of a stream is what was written: a type
  ],
  usage: [],
  // The document's schema takes the words of the catalogue, and the providers are built from the document.
  config: ['providers/provider-row.ts', 'providers/setting-rule.ts', 'providers/simulator/behaviour.ts'],
  providers: [
    'config/schema.ts',
    'config/schema-provider-keys.ts', // the credentials of an entry: types
    'dialects/codec.ts', // an upstream's operation and what it carries: types
    'dialects/client-request.ts',
  ],
  // What an answer cost, and the names of the wire forms, which the catalogue gives: types.
  dialects: ['streaming', 'usage/usage.ts', 'providers/provider-row.ts'],
  streaming: [],
};

/** Of `src/dialects/`: what more than one wire form needs. */
const SHARED_BY_FORMS = ['claude', 'estimates', 'openai', 'tools'];
/** Of `src/dialects/`: they know every wire form by its id. */
const KNOW_ALL_FORMS = ['registry.ts', 'chat-fates.ts'];
/** They put the house together. */
const COMPOSERS = ['index.ts', 'isolate.ts', 'app.ts', 'cli'];

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Paths below `src/`. */
const IMPORTS: readonly Import[] = Object.entries(SOURCES).flatMap(([path, text]) => {
  const from = path.replace('../../src/', '');
  const found = text.matchAll(/(?:\bfrom|\bimport\(?)\s*'(\.[^']+\.ts)'/g);
  return [...found].map(([, to = '']) => ({ from, to: new URL(to, `file:///${from}`).pathname.slice(1) }));
});

const roomOf = (path: string): string => path.split('/')[0] ?? '';
const isBeside = (path: string): boolean => !path.includes('/');
const told = ({ from, to }: Import): string => `${from} imports ${to}`;

describe('rooms', () => {
  it('are read: this test sees the imports', () => {
    expect(IMPORTS.map(told)).toContain('dialects/registry.ts imports dialects/gemini/codec.ts');
    expect(IMPORTS.length).toBeGreaterThan(500);
    const known = new Set(Object.keys(SOURCES).map((path) => path.replace('../../src/', '')));
    expect(IMPORTS.filter(({ to }) => !known.has(to)).map(told)).toEqual([]);
  });

  it('have a rule each', () => {
    const rooms = new Set(Object.keys(SOURCES).map((path) => roomOf(path.replace('../../src/', ''))));
    const unruled = [...rooms].filter(
      (room) => !room.endsWith('.ts') && !COMPOSERS.includes(room) && MAY_IMPORT[room] === undefined,
    );
    expect(unruled).toEqual([]);
  });

  it('import what stands below them, and no other room', () => {
    const wrong = IMPORTS.filter(({ from, to }) => {
      const room = roomOf(from);
      if (isBeside(from) || COMPOSERS.includes(room) || roomOf(to) === room) return false;
      if (isBeside(to)) return COMPOSERS.includes(to);
      const allowed = MAY_IMPORT[room] ?? [];
      return !allowed.includes(roomOf(to)) && !allowed.includes(to);
    });
    expect(wrong.map(told)).toEqual([]);
  });

  it('are unknown to the files beside them', () => {
    const wrong = IMPORTS.filter(
      ({ from, to }) => isBeside(from) && !COMPOSERS.includes(from) && !isBeside(to),
    );
    expect(wrong.map(told)).toEqual([]);
  });

  it('have no exception that nobody needs', () => {
    const needed = new Set(IMPORTS.map(({ from, to }) => `${roomOf(from)} ${to}`));
    const exceptions = Object.entries(MAY_IMPORT).flatMap(([room, allowed]) =>
      allowed.filter((one) => one.includes('/')).map((file) => `${room} ${file}`),
    );
    expect(exceptions.filter((one) => !needed.has(one))).toEqual([]);
  });
});

describe('wire forms', () => {
  const inDialects = IMPORTS.filter(
    ({ from, to }) => roomOf(from) === 'dialects' && roomOf(to) === 'dialects',
  );
  /** The folder below `dialects/`; `null` for the files beside the folders. */
  const folderOf = (path: string): string | null =>
    path.split('/').length > 2 ? (path.split('/')[1] ?? null) : null;
  const isForm = (folder: string | null): boolean => folder !== null && !SHARED_BY_FORMS.includes(folder);

  it('import no other wire form', () => {
    const wrong = inDialects.filter(({ from, to }) => {
      const [own, other] = [folderOf(from), folderOf(to)];
      return isForm(own) && isForm(other) && own !== other;
    });
    expect(wrong.map(told)).toEqual([]);
  });

  it('are unknown to what they share', () => {
    const knows = KNOW_ALL_FORMS.map((file) => `dialects/${file}`);
    const wrong = inDialects.filter(
      ({ from, to }) => !isForm(folderOf(from)) && isForm(folderOf(to)) && !knows.includes(from),
    );
    expect(wrong.map(told)).toEqual([]);
  });
});
