/** What a client is told of a refusal. */
import { type LimitCode, LimitExceeded } from '../errors.ts';
import type { Refusal } from './ledger-protocol.ts';
import type { Scope } from './scope.ts';
import { toUsd } from './units.ts';

/** A refusal of one scope, with what a waiting room has to know of it. */
export class RefusedByScope extends LimitExceeded {
  readonly by: Scope;
  readonly refusal: Refusal;
  /** `isBounded`: the client stated how much it wants. */
  constructor(by: Scope, refusal: Refusal, isBounded: boolean) {
    const whose = scopeTold(by);
    const sentences = [told(refusal, `The ${whose}`), help(refusal, isBounded)];
    super({
      code: codeOf(refusal.field),
      message: sentences.filter((sentence) => sentence !== '').join(' '),
      scope: whose,
      param: refusal.field,
      retryAfterMs: refusal.retryAfterMs,
    });
    this.by = by;
    this.refusal = refusal;
  }
}

/** `end user "…"` */
export const scopeTold = ({ kind, name }: Pick<Scope, 'kind' | 'name'>): string =>
  `${kind.replace('_', ' ')} ${JSON.stringify(shortened(name))}`;

/** `isBounded`: the client stated how much it wants. */
export const toLimitExceeded = (scope: Scope, refusal: Refusal, isBounded: boolean): RefusedByScope =>
  new RefusedByScope(scope, refusal, isBounded);

function codeOf(field: Refusal['field']): LimitCode {
  switch (field) {
    case 'requests_per_minute':
    case 'requests_per_day':
      return 'request_limit_exceeded';
    case 'tokens_per_minute':
    case 'tokens_per_day':
      return 'token_limit_exceeded';
    case 'concurrency':
      return 'concurrency_exceeded';
    case 'budgets':
      return 'budget_exceeded';
    default:
      return field satisfies never;
  }
}

/** Which limit, what is left of it, what was needed. */
function told({ field, limit, remaining, needed, window }: Refusal, whose: string): string {
  const left = Math.max(0, Math.floor(remaining));
  switch (field) {
    case 'requests_per_minute':
    case 'requests_per_day':
      return `${whose} may send ${count(limit, 'request')} per ${periodOf(field)}, and ${left} of them ${isOrAre(left)} left now.`;
    case 'tokens_per_minute':
    case 'tokens_per_day':
      return `${whose} may use ${count(limit, 'token')} per ${periodOf(field)}: this request may need ${needed}, and ${left} ${isOrAre(left)} left now.`;
    case 'concurrency':
      return `${whose} may have ${count(limit, 'request')} in flight at once, and all places are taken.`;
    case 'budgets':
      return `${whose} has a budget of ${usd(limit)}${windowTold(window)}: this request may cost ${usd(needed)}, and ${usd(left)} ${isOrAre(1)} left.`;
    default:
      return field satisfies never;
  }
}

/** What the client can do about it. */
function help({ field, retryAfterMs }: Refusal, isBounded: boolean): string {
  const isOfSize = field.startsWith('tokens') || field === 'budgets';
  if (retryAfterMs === null) {
    if (!isOfSize) return 'It cannot be met by waiting: the limit has to be raised.';
    return isBounded
      ? 'It cannot be met by waiting: send less input or a smaller max_tokens, or have the limit raised.'
      : 'It cannot be met by waiting: send less input, send max_tokens, or have the limit raised.';
  }
  const wait = `Try again in ${seconds(retryAfterMs)}`;
  if (!isOfSize) return `${wait}.`;
  return isBounded
    ? `${wait}, or send a smaller max_tokens.`
    : `${wait}, or send max_tokens to reserve less.`;
}

const periodOf = (field: Refusal['field']): string => (field.endsWith('minute') ? 'minute' : 'day');
const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
const isOrAre = (number: number): string => (number === 1 ? 'is' : 'are');

function windowTold(window: string | undefined): string {
  if (window === undefined) return '';
  return window === 'total' ? ' in total' : ` per ${window}`;
}

/** To the micro-dollar; what is less shows as such. */
function usd(nanoUsd: number): string {
  const dollars = toUsd(Math.max(0, nanoUsd));
  if (dollars > 0 && dollars < 1e-6) return 'less than $0.000001';
  return `$${dollars.toFixed(6).replace(/(\.\d\d\d*?)0+$/, '$1')}`;
}

function seconds(milliseconds: number): string {
  const whole = Math.max(1, Math.ceil(milliseconds / 1000));
  if (whole < 120) return count(whole, 'second');
  if (whole < 7200) return count(Math.ceil(whole / 60), 'minute');
  return whole < 172_800 ? count(Math.ceil(whole / 3600), 'hour') : count(Math.ceil(whole / 86_400), 'day');
}

const shortened = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)}…` : name);
