/**
 * Names of Claude at AWS and Google. one-api and new-api translate Anthropic's own names for these channels; a document
 * says the name that the host knows.
 */

const DATED = /^(claude-.+)-(\d{8})$/;
/** Their second edition has the same name and another date. */
const SECOND_EDITION = 'claude-3-5-sonnet-20241022';

/** `claude-sonnet-4-20250514` → `anthropic.claude-sonnet-4-20250514-v1:0`; anything else as it is. */
export function toBedrockModel(name: string): string {
  if (!DATED.test(name)) return name;
  return `anthropic.${name}-${name === SECOND_EDITION ? 'v2' : 'v1'}:0`;
}

/** `claude-sonnet-4-20250514` → `claude-sonnet-4@20250514`; anything else as it is. */
export function toVertexModel(name: string): string {
  const [, base = '', date] = DATED.exec(name) ?? [];
  if (date === undefined) return name;
  return `${base}${name === SECOND_EDITION ? '-v2' : ''}@${date}`;
}

/** Vertex serves each publisher's models in the publisher's form. */
export function vertexVendorOf(name: string): string {
  if (name.startsWith('claude')) return 'vertex-anthropic';
  return /llama|-maas$/.test(name) ? 'vertex-openai' : 'vertex';
}
