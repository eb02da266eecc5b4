/** What is asked in a multipart body: its parts, without the boundary, which each client makes up anew. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../dialects/canonical.ts';
import type { ClientRequest } from '../../dialects/client-request.ts';
import { parseHeaderParameters } from '../../dialects/openai-chat/header-parameters.ts';
import { type MultipartPart, MultipartScanner } from '../../dialects/openai-chat/multipart-scanner.ts';

const decoder = new TextDecoder();

/** In their order, each with its headers and the SHA-256 of its content, but for `left`. `null`: it streams through. */
export function multipartAsked(
  request: ClientRequest,
  left: readonly string[],
): readonly JsonObject[] | null {
  const bytes = request.encode({ model: request.model, includeUsage: false });
  const boundary = parseHeaderParameters(request.contentType)?.parameters.get('boundary');
  if (!(bytes instanceof Uint8Array) || boundary === undefined) return null;
  const scanner = new MultipartScanner(boundary);
  scanner.push(bytes); // was scanned when it came
  let headAt = scanner.firstBoundaryAt;
  const asked: JsonObject[] = [];
  for (const part of scanner.parts) {
    if (!left.includes(part.name)) asked.push(toAsked(part, headAt, bytes));
    headAt = endOf(part);
  }
  return asked;
}

function toAsked(part: MultipartPart, headAt: number, bytes: Uint8Array): JsonObject {
  const content = bytes.subarray(part.start, endOf(part));
  return {
    headers: readHeaders(decoder.decode(bytes.subarray(headAt, part.start))),
    sha256: createHash('sha256').update(content).digest('hex'),
  };
}

const endOf = ({ start, end = start }: MultipartPart): number => end;

/** Lines of a part's head behind its boundary, names in lowercase, in one order. */
function readHeaders(head: string): readonly string[] {
  const [, ...lines] = head.split('\r\n').filter((line) => line !== '');
  return lines.map((line) => line.replace(/^[^:]*/, (name) => name.trim().toLowerCase())).sort();
}
