/** One request to the simulator, read far enough that a route can answer it. */
import type { Behaviour } from './behaviour.ts';
import type { JsonObject } from './request.ts';

export interface Call {
  readonly body: JsonObject;
  readonly behaviour: Behaviour;
  /** As the request named it, options included. */
  readonly model: string;
  /** Seconds since the Unix epoch. */
  readonly created: number;
  /** Makes ids: a hash of the body and the time. */
  readonly key: string;
}
