/** Who went on with an answer that broke off, as clients of every form are told it, beside the form's own members. */
import type { Failover, JsonObject } from './canonical.ts';

/** Nothing, where nobody had to. */
export const tellFailover = (failover: readonly Failover[]): JsonObject =>
  failover.length === 0
    ? {}
    : {
        edgeway: {
          failover: failover.map(({ from, to, atCharacters }) => ({ from, to, at_characters: atCharacters })),
        },
      };
