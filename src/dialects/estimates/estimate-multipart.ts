/** What a multipart request is reckoned to use, from its fields and the size of its files: their content is never looked at. */
import type { Quantities, RequestEstimate } from '../../usage/usage.ts';
import type { RouteId } from '../routes.ts';
import { IMAGE_OUTPUT_TOKENS } from './estimate-json.ts';
import { audioSeconds } from './media-tokens.ts';
import { estimateTextTokens } from './text-tokens.ts';

export interface MultipartFacts {
  /** As far as they have come; a short text field by its name. */
  readonly field: (name: string) => string | undefined;
  /** Files that have come, or begun to. */
  readonly files: number;
  /** All of the files together; where they are still on their way, at most. */
  readonly fileBytes: number;
  /** How the first file begins; `null` if that is not known. */
  readonly fileHead: Uint8Array | null;
  /** Nothing more will come. */
  readonly isWhole: boolean;
}

/** gpt-4o-transcribe costs $0.006 a minute at $6 a million tokens, which is 17 a second. */
const HEARD_TOKENS_PER_SECOND = 20;
/** Three words a second are spoken fast. */
const WRITTEN_TOKENS_PER_SECOND = 5;
/** A picture to be changed, in high fidelity. https://platform.openai.com/docs/guides/images-vision#calculating-costs */
const SHOWN_IMAGE_TOKENS = 4500;
/** https://platform.openai.com/docs/api-reference/images/createEdit#images-createedit-n */
const MAX_IMAGES = 10;

export function estimateMultipart(route: RouteId, facts: MultipartFacts): RequestEstimate {
  const prompt = estimateTextTokens(facts.field('prompt') ?? '');
  const quantities = multipartQuantities(route, facts);
  const { audioSeconds: seconds, images } = quantities;
  const heard = Math.ceil((seconds ?? 0) * HEARD_TOKENS_PER_SECOND);
  const shown = seconds === undefined ? Math.max(1, facts.files) * SHOWN_IMAGE_TOKENS : 0;
  return {
    inputTokens: Math.max(1, prompt + heard + shown),
    audioInputTokens: heard,
    isCachedForAnHour: false,
    outputLimit: null,
    usualOutput:
      seconds === undefined
        ? IMAGE_OUTPUT_TOKENS
        : Math.max(1, Math.ceil(seconds * WRITTEN_TOKENS_PER_SECOND)),
    choices: images ?? 1,
    mayAnswerInSound: false,
    serverToolCalls: 0,
    quantities,
  };
}

export function multipartQuantities(route: RouteId, facts: MultipartFacts): Quantities {
  if (route === 'images.edits' || route === 'images.variations') return { images: imagesOf(facts) };
  return { audioSeconds: audioSeconds(facts.fileBytes, facts.fileHead) };
}

/** A number that may still come behind the pictures may be the largest there is. */
function imagesOf({ field, isWhole }: MultipartFacts): number {
  const told = field('n');
  if (told === undefined) return isWhole ? 1 : MAX_IMAGES;
  const count = Number(told);
  return Number.isInteger(count) && count >= 1 ? Math.min(count, MAX_IMAGES) : 1;
}
