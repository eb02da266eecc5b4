/** What a request looks like from outside, for conditions, `sticky` and `auto`. Wire forms are read in `gateway/`. */

export interface RequestShape {
  /** Characters of text in all of the input. */
  readonly characters: number;
  readonly messages: number;
  readonly tools: number;
  readonly images: number;
  readonly audio: number;
  readonly files: number;
  /** An answer in JSON is asked for (`json_object`, `json_schema`, a Gemini response schema, …). */
  readonly wantsJson: boolean;
  readonly wantsStream: boolean;
  /** Output that is asked for at most; `null`: not said. */
  readonly maxOutputTokens: number | null;
  /** `low`, `medium`, `high`, …; `null`: not said. */
  readonly reasoningEffort: string | null;
  /** Text of the last turn of the user, at most its first 4,000 characters. */
  readonly lastUserText: string;
  /** ISO 639-1 of `lastUserText`, `und` where it cannot be told. */
  readonly language: string;
  /**
   * What all turns of one conversation have in common: `prompt_cache_key`, an id of the conversation or of the response that
   * is gone on from, else a digest of the first messages.
   */
  readonly conversation: string;
}

export const EMPTY_SHAPE: RequestShape = {
  characters: 0,
  messages: 0,
  tools: 0,
  images: 0,
  audio: 0,
  files: 0,
  wantsJson: false,
  wantsStream: false,
  maxOutputTokens: null,
  reasoningEffort: null,
  lastUserText: '',
  language: 'und',
  conversation: '',
};
