/**
 * Answers in which a provider's content policy refused the request: by their status they are answers, and they have no
 * content. Only looked at where another provider may be asked instead.
 */
import type { CanonicalAnswer, CanonicalEvent, Part } from '../../dialects/canonical.ts';
import { UPSTREAM_CODECS } from '../../dialects/registry.ts';
import type { DoorDialect } from '../../dialects/routes.ts';
import { ProviderRejectedRequest } from '../../errors.ts';
import type { Provider } from '../../providers/provider.ts';
import type { AnswerBody } from '../answer.ts';
import { parseExactBytes } from '../opening.ts';
import { AttemptFailed } from '../provider-failure.ts';

/** `dialect`: of the client, which bytes that passed straight have too. */
export function isPolicyRefusal(body: AnswerBody, dialect: DoorDialect): boolean {
  switch (body.kind) {
    case 'whole':
      return isRefused(body.canonical ?? UPSTREAM_CODECS[dialect].decodeAnswer(parseExactBytes(body.bytes)));
    case 'told':
      return isRefused(body.canonical ?? null);
    case 'translated':
      return !body.events.hasContent && isFiltered(body.backlog);
    case 'events': {
      if (body.backlog.some(({ meaning }) => meaning === 'content')) return false;
      const decoder = UPSTREAM_CODECS[dialect].createStreamDecoder();
      return isFiltered(body.backlog.flatMap(({ event }) => decoder.push(event)));
    }
    default:
      return false;
  }
}

/** As a provider says it that refuses with a status. */
export const refusedByPolicy = ({ id }: Provider): AttemptFailed =>
  new AttemptFailed({
    error: new ProviderRejectedRequest(400, {
      message: `The provider "${id}" did not answer because of its content policy.`,
      type: null,
      param: null,
      code: 'content_filter',
    }),
    remedy: 'nothing',
    isCredentialRefused: false,
    isRateLimited: false,
    retryAfterMs: null,
  });

const isRefused = (answer: CanonicalAnswer | null): boolean =>
  answer !== null &&
  answer.choices.length > 0 &&
  answer.choices.every(({ finish, parts }) => finish === 'content-filter' && parts.every(isEmpty));

const isEmpty = (part: Part): boolean => part.type === 'text' && part.text === '';

const isFiltered = (events: readonly CanonicalEvent[]): boolean => {
  const ends = events.filter((event) => event.type === 'finish');
  return ends.length > 0 && ends.every(({ reason }) => reason === 'content-filter');
};
