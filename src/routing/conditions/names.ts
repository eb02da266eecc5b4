/** What a condition can name, beside `metadata` and headers. */
import type { RequestShape } from '../request-shape.ts';
import type { RoutingQuestion } from '../routing-question.ts';
import type { Kind } from './expression.ts';

export interface Name {
  readonly kind: Kind;
  readonly read: (question: RoutingQuestion) => unknown;
}

const SHAPE: readonly (readonly [name: string, kind: Kind, member: keyof RequestShape])[] = [
  ['tools', 'number', 'tools'],
  ['images', 'number', 'images'],
  ['audio', 'number', 'audio'],
  ['files', 'number', 'files'],
  ['characters', 'number', 'characters'],
  ['messages', 'number', 'messages'],
  ['json', 'bool', 'wantsJson'],
  ['max_output_tokens', 'number', 'maxOutputTokens'],
  ['reasoning_effort', 'text', 'reasoningEffort'],
  ['language', 'text', 'language'],
  ['last_user_text', 'text', 'lastUserText'],
];

const text = (read: Name['read']): Name => ({ kind: 'text', read });

export const NAMES: ReadonlyMap<string, Name> = new Map([
  ...SHAPE.map(([name, kind, member]): [string, Name] => [
    `request.${name}`,
    { kind, read: (question) => question.shape()[member] },
  ]),
  ['request.stream', { kind: 'bool', read: ({ wantsStream }) => wantsStream }],
  ['key.project', text(({ project }) => project)],
  ['key.end_user', text(({ endUser }) => endUser)],
  ['region.continent', text(({ place }) => place.continent)],
  ['region.country', text(({ place }) => place.country)],
  ['region.colo', text(({ place }) => place.colo)],
]);

/** What stands before the dot. */
export const ROOTS: ReadonlySet<string> = new Set([...NAMES.keys()].map((name) => name.split('.')[0] ?? ''));
