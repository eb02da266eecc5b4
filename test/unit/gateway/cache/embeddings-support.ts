/** A vendor of embeddings, and a shelf that keeps its answers as the gateway does. */
import type { CacheEntry } from '../../../../src/cache/entry.ts';
import { hashKey } from '../../../../src/cache/hash-key.ts';
import { tenantScope } from '../../../../src/cache/tenant-scope.ts';
import { encodeFloats } from '../../../../src/dialects/embeddings/float-base64.ts';
import { shortestOf } from '../../../../src/dialects/embeddings/short-float.ts';
import type { EmbeddingsDoorId } from '../../../../src/dialects/routes.ts';
import { parseExact } from '../../../../src/exact-json.ts';
import type { BatchAnswer } from '../../../../src/gateway/cache/embeddings-answer.ts';
import { EmbeddingsBatch } from '../../../../src/gateway/cache/embeddings-batch.ts';
import type { VectorSource } from '../../../../src/gateway/cache/embeddings-known.ts';
import { isRecord } from '../../../../src/is-record.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';

export type Body = Record<string, unknown>;

export const MODEL = 'text-embedding-x';
export const SOURCE: VectorSource = { provider: 'vendor', model: MODEL };

export const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const jsonOf = (bytes: Uint8Array): Body => JSON.parse(textOf(bytes));

export function readBody(text: string): Body {
  const body = parseExact(text);
  if (!isRecord(body)) throw new Error('no object');
  return body;
}

export function batchOf(door: EmbeddingsDoorId, body: Body | string): EmbeddingsBatch {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const batch = EmbeddingsBatch.read({ door, model: MODEL, body: readBody(text) });
  if (batch === null) throw new Error('refused');
  return batch;
}

export const entryOf = (body: Uint8Array, source: VectorSource = SOURCE): CacheEntry => ({
  head: {
    kind: 'vectors',
    door: null,
    contentType: 'application/json',
    ...source,
    about: { project: 'p', organization: null, model: MODEL, namespace: null, tags: [] },
    generation: 0,
    storedAt: 0,
    freshUntil: 1,
    keptUntil: 1,
    usage: null,
    firstContentMs: 0,
    dropped: [],
    totalMs: 0,
  },
  body,
  canonical: null,
});

/** How a vendor writes a number that it has as 32 bits. */
export const SPELLED = {
  short: shortestOf,
  exact: (float: number) => float,
  double: (float: number) => float * (1 + 2 ** -30),
};

export interface Vendor {
  readonly spelled: (float: number) => number;
  readonly dimensions: number;
  /** The order in which it lists its answers. */
  readonly random: Seeded;
}

const charactersOf = (input: unknown): number =>
  typeof input === 'string' ? input.length : JSON.stringify(input).length;

/** The same input, of the same kind, always has the same vector. */
function vectorFor(input: unknown, kind: unknown, { dimensions, spelled }: Vendor): number[] {
  const seed = [...JSON.stringify([input, kind ?? null])].reduce(
    (sum, unit) => (Math.imul(sum, 31) + unit.charCodeAt(0)) | 0,
    7,
  );
  const own = seeded(seed);
  return own.list(dimensions, () => spelled(Math.fround(own.next() - 0.5)));
}

/** Inputs in Gemini's form have their vector from their text alone, so that both forms tell the same. */
const geminiInput = (request: unknown): unknown => {
  const content = isRecord(request) && isRecord(request.content) ? request.content : {};
  const [part, ...others] = Array.isArray(content.parts) ? content.parts : [];
  return others.length === 0 && isRecord(part) && typeof part.text === 'string' ? part.text : content;
};

const tokensOf = (inputs: readonly unknown[]): number =>
  Math.ceil(inputs.reduce((sum: number, input) => sum + charactersOf(input), 0) / 3);

export function inputsOf(door: EmbeddingsDoorId, body: Body): readonly unknown[] {
  switch (door) {
    case 'openai':
      return Array.isArray(body.input) && !body.input.every(Number.isInteger) ? body.input : [body.input];
    case 'gemini-embed-content':
      return [geminiInput(body)];
    case 'gemini-batch-embed-contents':
      return Array.isArray(body.requests) ? body.requests.map(geminiInput) : [];
  }
}

/** What the vendor answers, in the form of the door. */
export function answerOf(vendor: Vendor, door: EmbeddingsDoorId, body: Body): Body {
  const inputs = inputsOf(door, body);
  const kind = body.input_type;
  const vectors = inputs.map((input) => vectorFor(input, kind, vendor));
  const tokens = tokensOf(inputs);
  switch (door) {
    case 'openai': {
      const data = vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: body.encoding_format === 'base64' ? encodeFloats(vector) : vector,
      }));
      const usage = { prompt_tokens: tokens, total_tokens: tokens };
      const order = data.sort(() => vendor.random.next() - 0.5);
      return { object: 'list', data: order, model: MODEL, usage };
    }
    case 'gemini-embed-content':
      return { embedding: { values: vectors[0] }, usageMetadata: { promptTokenCount: tokens } };
    case 'gemini-batch-embed-contents':
      return {
        embeddings: vectors.map((values) => ({ values })),
        usageMetadata: { promptTokenCount: tokens },
      };
  }
}

/** As a client sees it: in the order of its inputs. */
export function inOrder(answer: Body): Body {
  if (!Array.isArray(answer.data)) return answer;
  const data = [...answer.data].sort((one: Body, other: Body) => Number(one.index) - Number(other.index));
  return { ...answer, data };
}

export interface Shown {
  readonly answer: Body;
  /** What went up. */
  readonly sent: readonly unknown[];
  readonly wasWhole: boolean;
}

export class Shelf {
  readonly entries = new Map<string, CacheEntry>();
  readonly #vendor: Vendor;

  constructor(vendor: Vendor) {
    this.#vendor = vendor;
  }

  /** `looksForWhole`: false for a shelf on which entries of wholes were dropped. */
  ask(door: EmbeddingsDoorId, body: Body, looksForWhole = true): Shown {
    const batch = batchOf(door, body);
    const whole = looksForWhole ? this.entries.get(keyOf(batch.wholeRequest)) : undefined;
    const recalled = whole && batch.recall(whole);
    if (recalled) return { answer: jsonOf(recalled.body), sent: [], wasWhole: true };
    const keys = batch.inputRequests.map(keyOf);
    const split = batch.split(keys.map((key) => this.entries.get(key) ?? null));
    if (split.missing.length === 0) {
      return { answer: jsonOf(split.recall().body()), sent: [], wasWhole: false };
    }
    const derived = jsonOf(split.derive(bytesOf(body)));
    const answer = split.read(bytesOf(answerOf(this.#vendor, door, derived)), SOURCE);
    if (answer === null) throw new Error('no answer');
    this.keep(batch, answer);
    return { answer: jsonOf(answer.body()), sent: inputsOf(door, derived), wasWhole: false };
  }

  keep(batch: EmbeddingsBatch, answer: BatchAnswer): void {
    for (const { index, body } of answer.entries()) {
      this.entries.set(keyOf(batch.inputRequests[index]), entryOf(body));
    }
    this.entries.set(keyOf(batch.wholeRequest), entryOf(answer.whole()));
  }
}

export function keyOf(request: unknown): string {
  const scope = tenantScope({ keyId: 'k', project: 'p', organization: null }, 'project');
  const key = hashKey({ scope, operation: 'embeddings', model: MODEL, policy: '', namespace: null, request });
  if (key === null) throw new Error('no key');
  return key.hash;
}

export const usageOf = (answer: Body): number | undefined => {
  const { usage, usageMetadata } = answer;
  if (isRecord(usage)) return Number(usage.prompt_tokens);
  return isRecord(usageMetadata) ? Number(usageMetadata.promptTokenCount) : undefined;
};

/** Everything but how much it is held to have used. */
export const withoutUsage = ({ usage, usageMetadata, ...answer }: Body): Body => answer;

/** `texts` as the door takes them. */
export function bodyOf(door: EmbeddingsDoorId, texts: readonly string[], more: Body = {}): Body {
  const requests = texts.map((text) => ({ content: { parts: [{ text }] } }));
  switch (door) {
    case 'openai':
      return { model: MODEL, input: texts, ...more };
    case 'gemini-embed-content':
      return { ...requests[0], ...more };
    case 'gemini-batch-embed-contents':
      return { requests, ...more };
  }
}
