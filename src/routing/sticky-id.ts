/** What stays with one target. */
import type { ModelEntry } from '../config/schema.ts';
import type { RoutingQuestion } from './routing-question.ts';

export type StickyBy = NonNullable<ModelEntry['sticky_by']>;

/** Unlike that of any other tenant. `null`: the request does not tell it. */
export function stickyIdOf(by: StickyBy, question: RoutingQuestion): string | null {
  const { keyId, project, endUser } = question;
  switch (by) {
    case 'key':
      return keyId;
    case 'end_user':
      return endUser === null ? null : `${project} ${endUser}`;
    case 'conversation': {
      const { conversation } = question.shape();
      return conversation === '' ? null : `${keyId} ${conversation}`;
    }
  }
}
