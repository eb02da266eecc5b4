/**
 * Decodes a multipart request of the OpenAI form. The body is held only until the model is known, and for as long
 * as a second try is possible; after that it streams through.
 */
import { concat } from '../../bytes.ts';
import { InvalidRequest } from '../../errors.ts';
import type { BodySource, ClientRequest, GatewayRefusal } from '../client-request.ts';
import { MultipartMalformed, type MultipartPart, MultipartScanner } from './multipart-scanner.ts';
import { checkModel } from './request-checks.ts';
import type { Route } from './routes.ts';

const encoder = new TextEncoder();
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
      if (model !== undefined && model !== '' && options.isSingleTry(model)) break;
    }
  }
  if (isWhole && !scanner.isClosed)
    throw new InvalidRequest(
      'The body is not complete multipart/form-data: its closing boundary is missing.',
      null,
    );
  const modelPart = scanner.parts.find((part) => part.name === 'model');
  const model = modelPart?.value ?? route.defaultModel ?? undefined;
  checkModel(model);

  let held: Uint8Array | null = concat(chunks);
  let lateRefusal: GatewayRefusal | null = null;
  return {
    model,
    wantsStream: route.streams !== 'never' && fieldValue(scanner, 'stream') === 'true',
    wantsUsage: false,
    inputCharacters: 0, // sounds and pictures: providers report what they cost
    contentType,
    isReplayable: isWhole,
    get lateRefusal() {
      return lateRefusal;
    },
    release: () => {
      held = null;
    },
    encode: (edit) => {
      if (held === null) throw new Error('the body was released');
      const start = withModel(held, modelPart, boundary, edit.model);
      if (isWhole) return start;
      const lengthChange = start.length - held.length;
      held = null;
      const refuse = (refusal: GatewayRefusal) => {
        lateRefusal = refusal;
      };
      return streamRest({ start, source, scanner, lengthChange, refuse });
    },
  };
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

function readBoundary(contentType: string): string {
  const match = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
    contentType,
  );
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined)
    throw new InvalidRequest('`Content-Type` must be multipart/form-data with a boundary.', 'content-type');
  return boundary;
}

/** The held bytes with the upstream's model name in place of the client's, or added in front. */
function withModel(
  bytes: Uint8Array,
  part: MultipartPart | undefined,
  boundary: string,
  model: string,
): Uint8Array {
  const value = encoder.encode(model);
  if (part?.end === undefined) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="model"\r\n\r\n`;
    return concat([encoder.encode(head), value, encoder.encode('\r\n'), bytes]);
  }
  if (part.value === model) return bytes;
  return concat([bytes.subarray(0, part.start), value, bytes.subarray(part.end)]);
}

interface Rest {
  readonly start: Uint8Array;
  readonly source: BodySource;
  readonly scanner: MultipartScanner;
  readonly lengthChange: number;
  readonly refuse: (refusal: GatewayRefusal) => void;
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
        if (chunk === null) return controller.close();
        scan(scanner, chunk);
        controller.enqueue(chunk);
      } catch (error) {
        refuse(error as GatewayRefusal); // the source and the scan throw nothing else but a client that left
        controller.error(error);
      }
    },
  });
  if (source.contentLength === null) return body;
  return body.pipeThrough(new FixedLengthStream(source.contentLength + lengthChange));
}
