/** Which answers may be kept: whole ones that ended by themselves (traps E5). */
import type { CanonicalAnswer, CanonicalChoice } from '../../dialects/canonical.ts';
import type { Route } from '../../dialects/routes.ts';
import { isRecord } from '../../is-record.ts';
import { parseJson } from '../opening.ts';

interface AskedFor {
  readonly keepsToolCalls: boolean;
  /** How many choices. */
  readonly choices: number;
}

/** `body`: of a complete 2xx. `canonical`: of a chat answer. */
export function isFinished(
  { operation, id }: Route,
  body: Uint8Array,
  canonical: CanonicalAnswer | null,
  asked: AskedFor,
): boolean {
  if (operation === 'chat')
    return (
      canonical !== null &&
      canonical.choices.length >= Math.max(1, asked.choices) &&
      canonical.choices.every((choice) => endedByItself(choice, asked))
    );
  return id !== 'completions' || completionStopped(parseJson(body), asked);
}

/** The vendors' words for it. An unknown one reads as a plain stop elsewhere; what nobody understands is not kept. */
const STOPS: readonly string[] = [
  'stop',
  'stop_sequence',
  'end_turn',
  'complete',
  'completed',
  'eos',
  'eos_token',
];
const CALLS: readonly string[] = ['tool_calls', 'tool_call', 'tool_use', 'function_call'];

function endedByItself({ finish, nativeFinish }: CanonicalChoice, { keepsToolCalls }: AskedFor): boolean {
  const word = nativeFinish?.toLowerCase() ?? '';
  if (finish === 'stop') return STOPS.includes(word);
  return keepsToolCalls && finish === 'tool-calls' && (CALLS.includes(word) || STOPS.includes(word));
}

function completionStopped(body: unknown, asked: AskedFor): boolean {
  if (!isRecord(body) || !Array.isArray(body.choices)) return false;
  const { choices } = body;
  return (
    choices.length >= Math.max(1, asked.choices) &&
    choices.every((choice) => isRecord(choice) && choice.finish_reason === 'stop')
  );
}
