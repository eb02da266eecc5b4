/** LiteLLM's `timeout` and `stream_timeout`, in seconds for each try, as an alias has them. */
import type { Params } from './litellm-params.ts';
import type { Notes } from './note.ts';
import { numberOf } from './values.ts';

/** From `docs/configuration.md`: what bounds an answer where nobody says more. */
const DEFAULT_TOTAL_MS = 900_000;
const LONGEST_MS = 86_400_000;

/** Fields of the alias. `params` are those of its deployments, of which the slowest counts; `otherwise` is in seconds. */
export function toTimeouts(
  params: readonly Params[],
  otherwise: number | undefined,
  path: string,
  notes: Notes,
): Record<string, unknown> {
  const whole = slowest(params, 'timeout', otherwise, path, notes);
  const stream = slowest(params, 'stream_timeout', undefined, path, notes);
  if (whole === undefined && stream === undefined) return {};
  const headers = whole === undefined ? undefined : toMilliseconds(whole);
  const timeouts = {
    ...(headers === undefined ? {} : { headers_ms: headers }),
    ...(stream === undefined ? {} : { first_token_ms: toMilliseconds(stream) }),
    ...(headers !== undefined && headers > DEFAULT_TOTAL_MS ? { total_ms: headers } : {}),
  };
  return { timeouts };
}

function slowest(
  params: readonly Params[],
  name: string,
  otherwise: number | undefined,
  path: string,
  notes: Notes,
): number | undefined {
  const said = params.map((one) => one[name] ?? otherwise);
  const seconds = said.map(numberOf).filter((value) => value !== undefined && value > 0) as number[]; // filtered
  if (said.some((value) => value !== undefined && numberOf(value) === undefined))
    notes.add('lost', path, `a ${name} is no number of seconds`);
  if (new Set(said.map(numberOf)).size > 1)
    notes.add('changed', path, `its deployments differ in ${name}: the longest counts for all`);
  return seconds.length === 0 ? (params.length === 0 ? otherwise : undefined) : Math.max(...seconds);
}

const toMilliseconds = (seconds: number): number =>
  Math.min(Math.max(1, Math.round(seconds * 1000)), LONGEST_MS);
