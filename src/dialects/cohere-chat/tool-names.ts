/**
 * Names of tools as Cohere takes them: letters, digits and `_`, no digit first. Others' names (`web-search`,
 * `server/tool`) are escaped, always in the same way, and read back from the model's calls.
 * Source: https://docs.cohere.com/v1/reference/chat (tools.name); version 2 names no rule of its own.
 */
const VALID = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const ESCAPED = 'ewtn_';

/** Injective: a good name stays, unless it looks like one of ours. */
export function toCohereToolName(name: string): string {
  if (VALID.test(name) && !name.startsWith(ESCAPED)) return name;
  return ESCAPED + name.replace(/[^a-zA-Z0-9]/g, escapeUnit);
}

/** The name that the client gave. */
export function fromCohereToolName(name: string): string {
  if (!name.startsWith(ESCAPED)) return name;
  const original = name
    .slice(ESCAPED.length)
    .replace(/_(_|[0-9a-f]{4})/g, (_, code: string) =>
      code === '_' ? '_' : String.fromCharCode(Number.parseInt(code, 16)),
    );
  // What only looks like one of ours was made up by the model.
  return toCohereToolName(original) === name ? original : name;
}

const escapeUnit = (unit: string): string =>
  unit === '_' ? '__' : `_${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
