/**
 * Canonical usage: what a call consumed, whatever the provider calls it. Totals include their parts:
 * `inputTokens` includes cache reads and writes, `outputTokens` includes reasoning. A few providers report a part that
 * is larger than its total; it is kept as told, so whoever subtracts must not go below zero.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  /** Parts of the totals above, where a vendor tells them. */
  readonly audioInputTokens?: number;
  readonly audioOutputTokens?: number;
  readonly imageInputTokens?: number;
  readonly imageOutputTokens?: number;
  /** Part of `cacheWriteTokens`: written to be kept for an hour, which is dearer than five minutes. */
  readonly cacheWriteHourTokens?: number;
  /** Calls of tools that the vendor ran itself (web searches and the like), which it bills apart. */
  readonly serverToolCalls?: number;
  /** True if no provider reported it: counted from what passed through. */
  readonly estimated: boolean;
}

/** English text and code run at about four characters a token. */
export const CHARACTERS_PER_TOKEN = 4;

/** Tokens that nobody told. */
export const estimatedUsage = (inputTokens: number, outputTokens: number): Usage => ({
  inputTokens,
  outputTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: true,
});

export const tokensOfCharacters = (characters: number): number =>
  Math.ceil(characters / CHARACTERS_PER_TOKEN);

/** Usage of a call whose provider never told: from the characters of its input and of the output seen so far. */
export const estimateUsage = (inputCharacters: number, outputCharacters: number): Usage =>
  estimatedUsage(tokensOfCharacters(inputCharacters), tokensOfCharacters(outputCharacters));

/** What is seen is counted roughly: with less more than this, what was told stands. */
const CLEARLY_MORE = 1.5;

/**
 * Of an answer that did not come to its end: some providers tell of the input when it begins, and of the output when it ends,
 * which never came.
 */
export const withSeen = (told: Usage, outputTokens: number): Usage =>
  outputTokens <= CLEARLY_MORE * told.outputTokens ? told : { ...told, outputTokens, estimated: true };

/** Of two calls that made one answer; `null`: nothing is known of the first. */
export function sumOfUsage(one: Usage | null, other: Usage): Usage {
  if (one === null) return other;
  const sum = { ...one, estimated: one.estimated || other.estimated };
  for (const part of PARTS) {
    const tokens = (one[part] ?? 0) + (other[part] ?? 0);
    if (one[part] !== undefined || other[part] !== undefined) sum[part] = tokens;
  }
  return sum;
}

const PARTS = [
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'audioInputTokens',
  'audioOutputTokens',
  'imageInputTokens',
  'imageOutputTokens',
  'cacheWriteHourTokens',
  'serverToolCalls',
] as const;

/** What a request asks for in units of its own, beside tokens. An absent one is not asked for, or not known. */
export interface Quantities {
  /** Pictures to be made. */
  readonly images?: number;
  /** Characters of text to be spoken. */
  readonly characters?: number;
  /** Seconds of sound to be heard. */
  readonly audioSeconds?: number;
  /** Ranked questions: one for every started 100 documents. */
  readonly searches?: number;
  /** Tokens of an answer that nobody can count while it passes, because it is sound. */
  readonly unseenOutputTokens?: number;
}

/** What a request is reckoned to use before it is sent: rather a tenth too much than too little. */
export interface RequestEstimate {
  /** At least 1. */
  readonly inputTokens: number;
  /** Part of `inputTokens`. */
  readonly audioInputTokens: number;
  /** The input is to be kept in the provider's cache for an hour, which is dearer. */
  readonly isCachedForAnHour: boolean;
  /** Tokens of output at most, over all choices, as the request says; 0 where there is no output; `null`: it says nothing. */
  readonly outputLimit: number | null;
  /** Tokens of one choice, where the route tells more of them than a general default; `null`: it does not. */
  readonly usualOutput: number | null;
  /** How many answers are asked for. */
  readonly choices: number;
  /** The answer may be spoken. */
  readonly mayAnswerInSound: boolean;
  /** Calls of tools that the vendor runs itself. */
  readonly serverToolCalls: number;
  readonly quantities: Quantities;
}
