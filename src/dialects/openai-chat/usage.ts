/** Usage of a chat answer or chunk: in `usage`, or where the vendor's extension object has it. */
import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';
import { readUsage } from '../openai/usage.ts';

export const readChunkUsage = (chunk: Readonly<Record<string, unknown>>): Usage | null =>
  readUsage(chunk.usage) ?? (isRecord(chunk.x_groq) ? readUsage(chunk.x_groq.usage) : null);
