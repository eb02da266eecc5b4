/**
 * A whole response, told as the stream that it might have been: its items step by step (`stored-items.ts`) between the
 * events that have the response itself.
 * Source: https://platform.openai.com/docs/api-reference/responses-streaming
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { isErrorAnswer } from './error-fields.ts';
import { itemEvents } from './stored-items.ts';

/** `null` if the body is no whole response. */
export function toStoredEvents(body: JsonObject): readonly Uint8Array[] | null {
  const { output, status = 'completed' } = body;
  if (isErrorAnswer(body) || (status !== 'completed' && status !== 'incomplete')) return null;
  if (!Array.isArray(output) || !output.every(isRecord)) return null;
  const response = toBeginning(body);
  const events: JsonObject[] = [
    { type: 'response.created', response },
    { type: 'response.in_progress', response },
    ...output.flatMap(itemEvents),
    { type: `response.${status}`, response: body },
  ];
  return events.map(encodeEvent);
}

/** The response before there is anything of it. OpenAI sends `usage: null` here, which its own document forbids. */
function toBeginning({ usage: _, output_text: __, ...body }: JsonObject): JsonObject {
  return {
    ...body,
    status: 'in_progress',
    ...('completed_at' in body ? { completed_at: null } : {}),
    incomplete_details: null,
    output: [],
  };
}

const encoder = new TextEncoder();

const encodeEvent = ({ type, ...fields }: JsonObject, sequence_number: number): Uint8Array =>
  encoder.encode(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...fields })}\n\n`);
