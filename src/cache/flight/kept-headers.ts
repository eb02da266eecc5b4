/** Which headers of a run's answer its readers are told. Encodings, lengths and cookies are nobody else's. */
import { RUN_HEADER } from './messages.ts';

const KEPT = [
  RUN_HEADER,
  'content-type',
  'age',
  'content-disposition',
  'cache-control',
  'x-should-retry',
  'x-accel-buffering',
];
const KEPT_PREFIXES = ['x-edgeway-', 'retry-after', 'openai-'];
/** How much room its limits have left: others have limits of their own. */
const LEADER_PREFIX = 'x-ratelimit-';

export function keptHeaders(headers: Headers, isLeader: boolean): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of headers)
    if (
      KEPT.includes(name) ||
      KEPT_PREFIXES.some((prefix) => name.startsWith(prefix)) ||
      (isLeader && name.startsWith(LEADER_PREFIX))
    )
      kept[name] = value;
  return kept;
}
