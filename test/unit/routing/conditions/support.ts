/** Questions to ask conditions about, from the few members that a test is about. */
import { compileCondition } from '../../../../src/routing/conditions/compile.ts';
import { NOWHERE, type Place } from '../../../../src/routing/place.ts';
import { EMPTY_SHAPE, type RequestShape } from '../../../../src/routing/request-shape.ts';
import type { RoutingQuestion } from '../../../../src/routing/routing-question.ts';

export interface Asked {
  readonly metadata?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  readonly shape?: Partial<RequestShape>;
  readonly place?: Partial<Place>;
  readonly endUser?: string;
  readonly wantsStream?: boolean;
}

export const HEADERS = ['x-tenant-tier', 'x-beta'];

export function questionOf(asked: Asked = {}): RoutingQuestion {
  const { metadata = {}, headers = {}, shape, place, endUser, wantsStream = false } = asked;
  const untold = (): never => {
    throw new Error('conditions do not ask for this');
  };
  return {
    place: { ...NOWHERE, ...place },
    wantsStream,
    now: 0,
    random: untold,
    keyId: 'key',
    endUser: endUser ?? null,
    project: 'acme',
    metadata,
    header: (name) => headers[name] ?? null,
    shape: () => ({ ...EMPTY_SHAPE, ...shape }),
    costAt: untold,
    health: { region: 'weur', of: untold },
    blockedAt: untold,
  };
}

/** Whether a condition holds; throws its mistake. */
export function holds(text: string, asked: Asked = {}): boolean {
  const compiled = compileCondition(text, { headers: HEADERS });
  if ('mistake' in compiled) throw new Error(compiled.mistake);
  return compiled.condition.test(questionOf(asked));
}

/** The mistake in a condition; `null` if it has none. */
export function mistakeIn(text: string): string | null {
  const compiled = compileCondition(text, { headers: HEADERS });
  return 'mistake' in compiled ? compiled.mistake : null;
}
