/** Inputs in calls of the sizes that vendors take, in their order. */
import { InvalidRequest } from '../../errors.ts';
import type { EmbeddingInput } from './canonical.ts';

export interface BatchLimits {
  readonly inputs: number;
  /** Where the vendor counts the tokens of all inputs together. */
  readonly characters?: number;
  /** Whether the vendor takes one input type a call. */
  readonly oneInputType?: boolean;
}

export function toBatches(inputs: readonly EmbeddingInput[], limits: BatchLimits): EmbeddingInput[][] {
  const { characters: most = Number.POSITIVE_INFINITY, oneInputType = false } = limits;
  const batches: EmbeddingInput[][] = [];
  let batch: EmbeddingInput[] = [];
  let held = 0;
  for (const input of inputs) {
    const size = charactersOf(input);
    const isFull = batch.length >= limits.inputs || held + size > most;
    const isOther = oneInputType && batch[0]?.inputType !== input.inputType;
    if (batch.length === 0 || isFull || isOther) {
      batch = [];
      batches.push(batch);
      held = 0;
    }
    batch.push(input);
    held += size;
  }
  return batches;
}

/** Characters of text; token ids count as four each, media as none. */
export function charactersOf({ content }: EmbeddingInput): number {
  if (content.kind === 'text') return content.text.length;
  if (content.kind === 'tokens') return content.tokens.length * 4;
  return content.parts.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0);
}

/** The input as one text, parts joined by line ends. Throws `InvalidRequest` for tokens and media. */
export function textOf(input: EmbeddingInput): string {
  const { content, param } = input;
  if (content.kind === 'text') return content.text;
  if (content.kind === 'tokens') throw noTokens(param);
  return content.parts.map((part) => (part.type === 'text' ? part.text : refuseMedia(param))).join('\n');
}

export const noTokens = (param: string): InvalidRequest =>
  new InvalidRequest(`\`${param}\` must be text for this model: its provider takes no token ids.`, param);

export function refuseMedia(param: string): never {
  throw new InvalidRequest(`\`${param}\` holds media that this model's provider does not take here.`, param);
}
