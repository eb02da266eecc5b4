/** Token counts for routes that ask for nothing else. */
import { estimateTokenCount } from 'tokenx';
import type { CanonicalRequest, JsonObject, Part } from './canonical.ts';
import type { DoorDialect } from './routes.ts';

/** What vendors put around each turn: role, separators. */
const TOKENS_PER_TURN = 4;
/** Pictures and pages cost by their size, which is not known here: a middle value of the large vendors. */
const TOKENS_PER_IMAGE = 1600;
/** Three or four bytes of base64 a byte, and about 30 bytes of a document a token. */
const BASE64_CHARACTERS_PER_TOKEN = 40;

/** An estimate for upstreams that cannot count: text within some per cent, pictures by a fixed price. */
export function estimateInputTokens({ turns, tools }: CanonicalRequest): number {
  let tokens = tools.length === 0 ? 0 : estimateTokenCount(JSON.stringify(tools));
  for (const { parts } of turns) {
    tokens += TOKENS_PER_TURN;
    for (const part of parts) tokens += tokensOf(part);
  }
  return tokens;
}

function tokensOf(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return estimateTokenCount(part.text);
    case 'tool-call':
      return estimateTokenCount(part.name + part.input);
    case 'tool-result':
      return part.content.reduce((sum, one) => sum + tokensOf(one), 0);
    case 'image':
      return TOKENS_PER_IMAGE;
    case 'audio':
      return Math.ceil(part.data.length / BASE64_CHARACTERS_PER_TOKEN);
    case 'file':
      return part.source.kind === 'inline'
        ? Math.ceil(part.source.data.length / BASE64_CHARACTERS_PER_TOKEN)
        : TOKENS_PER_IMAGE;
    case 'opaque':
      return estimateTokenCount(JSON.stringify(part.value));
  }
}

/** The answer of a counting route. */
export const encodeTokenCount = (dialect: DoorDialect, tokens: number): JsonObject =>
  dialect === 'gemini' ? { totalTokens: tokens } : { input_tokens: tokens };
