/**
 * Decodes a multipart request of the OpenAI form. The body is held only until the model is known, and for as long
 * as a second try is possible; after that it streams through.
 */
import { concat } from '../../bytes.ts';
import { InvalidRequest } from '../../errors.ts';
import type { BodySource, ClientRequest } from '../client-request.ts';
import {
  estimateMultipart,
  type MultipartFacts,
  multipartQuantities,
} from '../estimates/estimate-multipart.ts';
import { WAVE_HEAD_BYTES } from '../estimates/media-tokens.ts';
import { checkModel } from '../request-checks.ts';
import type { Route } from '../routes.ts';
import { parseHeaderParameters } from './header-parameters.ts';
import { MultipartMalformed, type MultipartPart, MultipartScanner } from './multipart-scanner.ts';

const encoder = new TextEncoder();
/** https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1 */
const MAX_BOUNDARY_LENGTH = 70;
/** Fields that decide where a request goes and how its answer is read: each may stand once. */
const DECIDING_FIELDS = ['model', 'stream'];

export interface MultipartOptions {
  readonly route: Route;
  readonly contentType: string;
  readonly source: BodySource;
  /** Whether a request for this model can be sent upstream once only. */
  readonly isSingleTry: (model: string) => boolean;
}

/** Throws `InvalidRequest`, and what the source throws. */
export async function decodeMultipartRequest(options: MultipartOptions): Promise<ClientRequest> {
  const { route, source, contentType } = options;
  const boundary = readBoundary(contentType);
  const scanner = new MultipartScanner(boundary);
  const chunks: Uint8Array[] = [];
  let isWhole = false;
  while (!isWhole) {
    const chunk = await source.read();
    if (chunk === null) isWhole = true;
    else {
      chunks.push(chunk);
      scan(scanner, chunk);
      const model = fieldValue(scanner, 'model');
      if (model === undefined) continue;
      checkModel(model);
      if (options.isSingleTry(model)) break;
    }
  }
  if (isWhole) checkClosed(scanner);
  const modelPart = scanner.parts.find((part) => part.name === 'model');
  if (modelPart !== undefined && modelPart.value === undefined)
    throw new InvalidRequest('`model` must be a short text field.', 'model');
  const model = modelPart?.value ?? route.defaultModel ?? undefined;
  checkModel(model);

  let held: Uint8Array | null = concat(chunks);
  const heldBytes = held.length;
  const fileHead = headOfFile(scanner, held);
  const facts = (): MultipartFacts => ({
    field: (name) => fieldValue(scanner, name),
    files: scanner.parts.filter(({ isFile }) => isFile).length,
    fileBytes: scanner.isClosed
      ? sizeOfFiles(scanner)
      : (source.contentLength ?? Math.max(heldBytes, UNKNOWN_BYTES)),
    fileHead,
    isWhole: scanner.isClosed,
  });
  let onRefusal: (refusal: Error) => void = () => undefined;
  return {
    model,
    alsoNames: [],
    wantsStream: route.streams !== 'never' && fieldValue(scanner, 'stream') === 'true',
    wantsUsage: false,
    choices: 1, // its streams close with an event of their own
    inputCharacters: 0, // sounds and pictures: providers report what they cost
    endUser: fieldValue(scanner, 'user') ?? null, // behind a sound that streams through it is not seen
    serviceTier: null,
    isBackground: false,
    estimate: () => estimateMultipart(route.id, facts()),
    quantities: () => multipartQuantities(route.id, facts()),
    sent: () => null,
    contentType,
    isReplayable: isWhole,
    holdsForeignProofs: false,
    previousResponseId: null,
    onLateRefusal: (callback) => {
      onRefusal = callback;
    },
    release: () => {
      held = null;
    },
    parse: () => {
      throw new InvalidRequest('A multipart body can go to a provider of the OpenAI form only.', 'model');
    },
    encode: (edit) => {
      if (held === null) throw new Error('the body was released');
      const start = withModel(held, { part: modelPart, boundary, at: scanner.firstBoundaryAt }, edit.model);
      if (isWhole) return start;
      const lengthChange = start.length - held.length;
      held = null;
      return streamRest({ start, source, scanner, lengthChange, refuse: (refusal) => onRefusal(refusal) });
    },
  };
}

/** Of a body whose end nobody knows yet. */
const UNKNOWN_BYTES = 1024 * 1024;

const sizeOfFiles = ({ parts }: MultipartScanner): number =>
  parts.reduce((sum, { isFile, start, end = start }) => (isFile ? sum + end - start : sum), 0);

/** `null` if the first file has not begun to come. */
function headOfFile({ parts }: MultipartScanner, bytes: Uint8Array): Uint8Array | null {
  const file = parts.find(({ isFile }) => isFile);
  return file === undefined ? null : bytes.slice(file.start, file.start + WAVE_HEAD_BYTES);
}

/** Throws `InvalidRequest` if the bytes are no multipart, or name a deciding field twice. */
function scan(scanner: MultipartScanner, chunk: Uint8Array): void {
  try {
    scanner.push(chunk);
  } catch (error) {
    if (!(error instanceof MultipartMalformed)) throw error;
    throw new InvalidRequest(`The body is not valid multipart/form-data: ${error.message}.`, null);
  }
  for (const name of DECIDING_FIELDS) {
    if (scanner.parts.filter((part) => part.name === name).length > 1)
      throw new InvalidRequest(`\`${name}\` stands in the body more than once.`, name);
  }
}

function fieldValue(scanner: MultipartScanner, name: string): string | undefined {
  return scanner.parts.find((part) => part.name === name)?.value;
}

function checkClosed(scanner: MultipartScanner): void {
  if (scanner.isClosed) return;
  throw new InvalidRequest(
    'The body is not complete multipart/form-data: its closing boundary is missing.',
    null,
  );
}

function readBoundary(contentType: string): string {
  const header = parseHeaderParameters(contentType);
  const boundary = header?.parameters.get('boundary') ?? '';
  if (header?.value !== 'multipart/form-data' || boundary === '' || boundary.length > MAX_BOUNDARY_LENGTH)
    throw new InvalidRequest('`Content-Type` must be multipart/form-data with one boundary.', 'content-type');
  return boundary;
}

interface ModelPlace {
  readonly part: MultipartPart | undefined;
  readonly boundary: string;
  /** Where a part can be added. */
  readonly at: number;
}

/** The held bytes with the upstream's model name in place of the client's, or added in front. */
function withModel(bytes: Uint8Array, { part, boundary, at }: ModelPlace, model: string): Uint8Array {
  const value = encoder.encode(model);
  if (part?.end === undefined) {
    const head = encoder.encode(`--${boundary}\r\nContent-Disposition: form-data; name="model"\r\n\r\n`);
    return concat([bytes.subarray(0, at), head, value, encoder.encode('\r\n'), bytes.subarray(at)]);
  }
  if (part.value === model) return bytes;
  return concat([bytes.subarray(0, part.start), value, bytes.subarray(part.end)]);
}

interface Rest {
  readonly start: Uint8Array;
  readonly source: BodySource;
  readonly scanner: MultipartScanner;
  readonly lengthChange: number;
  readonly refuse: (refusal: Error) => void;
}

/** Goes on checking what passes: a second `model` behind the file must not reach a provider that takes the last. */
function streamRest({ start, source, scanner, lengthChange, refuse }: Rest): ReadableStream<Uint8Array> {
  let first: Uint8Array | null = start;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        if (first !== null) {
          controller.enqueue(first);
          first = null;
          return;
        }
        const chunk = await source.read();
        if (chunk === null) {
          checkClosed(scanner);
          return controller.close();
        }
        scan(scanner, chunk);
        controller.enqueue(chunk);
      } catch (error) {
        // The call goes first: an upload that merely errors is ended like a whole one on this runtime.
        refuse(error as Error); // what the source and the scan throw
        controller.error(error);
      }
    },
  });
  if (source.contentLength === null) return body;
  return body.pipeThrough(new FixedLengthStream(source.contentLength + lengthChange));
}
