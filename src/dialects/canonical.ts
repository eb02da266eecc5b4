/**
 * The typed form between the wire forms: what a request asks for and what an answer holds, whichever vendor's words
 * it came in. A codec (`codec.ts`) turns one wire form into this one and back.
 *
 * Nothing is normalised away: parts stand in their order, system turns where they stood, and fields that only one
 * wire form knows ride along in `extra` under that form's name, to come out again in the same form only.
 *
 * Here stand requests and answers; their parts stand in `canonical-parts.ts`, a streamed answer's steps in
 * `canonical-events.ts`.
 */
import type { DialectId } from '../providers/provider-row.ts';
import type { Usage } from '../usage/usage.ts';
import type { FinishReason } from './canonical-events.ts';
import type { CacheMarker, Extra, JsonObject, Part } from './canonical-parts.ts';

export type * from './canonical-events.ts';
export type * from './canonical-parts.ts';

export interface Turn {
  /** Tool results stand in `tool` turns. */
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  readonly name?: string;
  readonly parts: readonly Part[];
  readonly extra?: Extra;
}

export type Tool =
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly description: string | null;
      /** JSON Schema; `null` for a function without parameters. */
      readonly parameters: JsonObject | null;
      readonly strict: boolean | null;
      readonly cacheMarker?: CacheMarker;
      readonly extra?: Extra;
    }
  | {
      readonly kind: 'custom';
      readonly name: string;
      readonly description: string | null;
      readonly format: JsonObject | null;
      readonly cacheMarker?: CacheMarker;
      readonly extra?: Extra;
    }
  /** A tool that the vendor runs itself. */
  | { readonly kind: 'server'; readonly dialect: DialectId; readonly value: JsonObject };

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'allowed'; readonly mode: 'auto' | 'required'; readonly names: readonly string[] };

export type ResponseFormat =
  | { readonly kind: 'text' | 'json' }
  | {
      readonly kind: 'schema';
      readonly name: string;
      readonly description: string | null;
      readonly schema: JsonObject;
      readonly strict: boolean | null;
    };

export interface CanonicalRequest {
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice | null;
  readonly parallelToolCalls: boolean | null;
  readonly maxOutputTokens: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly frequencyPenalty: number | null;
  readonly presencePenalty: number | null;
  readonly seed: number | null;
  readonly stop: readonly string[];
  readonly choices: number | null;
  readonly logprobs: { readonly top: number | null } | null;
  readonly responseFormat: ResponseFormat | null;
  /**
   * `isEnabled: null`: the client said how hard to think if there is thinking, not whether. `budgetTokens` and
   * `effort` exclude nothing: each vendor takes the one it knows. `summary`: whether the client wants to read it.
   */
  readonly reasoning: {
    readonly isEnabled: boolean | null;
    readonly effort: string | null;
    readonly budgetTokens: number | null;
    readonly summary?: string | null;
  } | null;
  readonly serviceTier: string | null;
  readonly metadata: JsonObject | null;
  /** The end user, as the client names them. */
  readonly user: string | null;
  readonly wantsStream: boolean;
  /** The client asked for usage in the stream. */
  readonly wantsUsage: boolean;
  /** Characters of the input, once most of the turns have been let go (`forAnswer`). */
  readonly inputCharacters?: number;
  readonly extra: Extra;
}

export interface CanonicalChoice {
  readonly index: number;
  readonly parts: readonly Part[];
  readonly finish: FinishReason;
  /** The vendor's own word. */
  readonly nativeFinish: string | null;
  /** One entry a token, in OpenAI's shape: `{token, logprob, bytes, top_logprobs}`. */
  readonly logprobs?: readonly JsonObject[];
  readonly stopSequence?: string | null;
  readonly extra?: Extra;
}

export interface CanonicalAnswer {
  readonly id: string;
  /** The model that answered, by the vendor's name. */
  readonly model: string;
  /** Seconds since the Unix epoch; `null` if the vendor does not say. */
  readonly created: number | null;
  readonly choices: readonly CanonicalChoice[];
  readonly usage: Usage | null;
  /** The tier that served it, in OpenAI's words. */
  readonly serviceTier?: string | null;
  readonly extra?: Extra;
}
