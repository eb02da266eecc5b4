/**
 * Names of tools as Converse takes them, `^[a-zA-Z0-9_-]{1,64}$`: the same alphabet as Claude's ids of calls, so the
 * same escape serves. A name that it cannot give back is refused, because the client would not know its own tool.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html
 */
import { fromClaudeToolId, toClaudeToolId } from '../claude/tool-ids.ts';
import { refuse } from '../shape.ts';

export function toToolName(name: string, path: string): string {
  const written = toClaudeToolId(name);
  if (name === '' || fromClaudeToolId(written) !== name) {
    refuse(path, 'must be of 1 to 64 letters, digits, "_" and "-" for Bedrock');
  }
  return written;
}

export const fromToolName = fromClaudeToolId;
/** Ids are of the alphabet that Claude demands; Converse itself would take a little more. */
export const toToolUseId = toClaudeToolId;
export const fromToolUseId = fromClaudeToolId;
