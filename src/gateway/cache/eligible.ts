/** Which requests are meant to be answered the same each time: those that mode `auto` caches. */
import type { JsonObject } from '../../dialects/canonical.ts';
import { toCamel } from '../../dialects/gemini/member-names.ts';
import { listOf, recordOf } from '../../dialects/json.ts';
import type { DoorDialect } from '../../dialects/routes.ts';
import { isRecord } from '../../is-record.ts';
import type { Asked } from './asked.ts';
import type { CachePolicy } from './policy.ts';

export function isEligible({ mode }: Pick<CachePolicy, 'mode'>, { route, body }: Asked): boolean {
  if (mode === 'always') return true;
  switch (route.operation) {
    case 'embeddings':
    case 'rerank':
      return true;
    case 'chat':
      return body !== null && isRepeatable(route.dialect, body);
    default:
      return route.id === 'moderations' || (route.id === 'completions' && body !== null && isPinned(body));
  }
}

/** Its answers are the same each time, as far as the vendor can see to it. */
function isRepeatable(dialect: DoorDialect, body: JsonObject): boolean {
  const plain = dialect === 'gemini' ? toCamel(body) : body;
  const sampling = dialect === 'gemini' ? toCamel(recordOf(plain.generationConfig)) : plain;
  return isPinned(sampling) && !looksOutside(dialect, plain);
}

const isPinned = ({ temperature, seed }: JsonObject): boolean =>
  temperature === 0 || (seed !== undefined && seed !== null);

/**
 * Members that let the vendor look elsewhere while it answers: the web, files, servers, a prompt that it keeps. Sources:
 * https://platform.openai.com/docs/guides/tools-web-search, https://docs.x.ai/docs/guides/live-search,
 * https://openrouter.ai/docs/features/web-search, https://docs.claude.com/en/docs/agents-and-tools/mcp-connector
 */
const OUTSIDE_MEMBERS: readonly string[] = [
  'web_search_options',
  'search_parameters',
  'plugins',
  'mcp_servers',
  'prompt',
];

/** Who answers may look, or act, elsewhere. `body`: in the words of its form. */
export const reachesOutside = (dialect: DoorDialect, body: JsonObject): boolean =>
  looksOutside(dialect, dialect === 'gemini' ? toCamel(body) : body);

const looksOutside = (dialect: DoorDialect, body: JsonObject): boolean =>
  OUTSIDE_MEMBERS.some((member) => (body[member] ?? null) !== null) ||
  listOf(body.tools).some((tool) => !isRecord(tool) || !isClients(dialect, tool));

/** Tools that the client runs itself: their results stand in the request. Any other is taken for the vendor's. */
function isClients(dialect: DoorDialect, tool: JsonObject): boolean {
  switch (dialect) {
    case 'openai-chat':
    case 'openai-responses':
      return tool.type === 'function' || tool.type === 'custom';
    case 'anthropic-messages':
      return tool.type === undefined || tool.type === null || tool.type === 'custom';
    case 'gemini':
      return Object.keys(toCamel(tool)).every((member) => member === 'functionDeclarations');
  }
}
