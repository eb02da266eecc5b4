/**
 * The typed form between the wire forms: what a request asks for and what an answer holds, whichever vendor's words
 * it came in. A codec (`codec.ts`) turns one wire form into this one and back.
 *
 * Nothing is normalised away: parts stand in their order, system turns where they stood, and fields that only one
 * wire form knows ride along in `extra` under that form's name, to come out again in the same form only.
 */
import type { DialectId } from '../providers/provider-row.ts';
import type { Usage } from '../usage/usage.ts';
import type { RawErrorFields } from './straight.ts';

export type JsonObject = { readonly [key: string]: unknown };

/** Fields that only the named wire form knows. */
export type Extra = { readonly [Dialect in DialectId]?: JsonObject };

/** Where a prompt prefix is to be cached; `ttl` as the vendor writes it (`5m`, `1h`). */
export interface CacheMarker {
  readonly ttl: string | null;
}

interface PartBase {
  readonly cacheMarker?: CacheMarker;
  readonly extra?: Extra;
}

/** Bytes by reference or inline. `data` is base64. */
export type MediaSource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'inline'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'file-id'; readonly id: string };

export interface TextPart extends PartBase {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly JsonObject[];
}
export interface ImagePart extends PartBase {
  readonly type: 'image';
  readonly source: MediaSource;
  readonly detail?: string;
}
/** `format`: `wav`, `mp3`, … */
export interface AudioPart extends PartBase {
  readonly type: 'audio';
  readonly data: string;
  readonly format: string;
}
export interface FilePart extends PartBase {
  readonly type: 'file';
  readonly source: MediaSource;
  readonly name: string | null;
}
/** Thinking of the model. `signature` proves it to the vendor that made it; `redacted` hides it from everybody else. */
export interface ReasoningPart extends PartBase {
  readonly type: 'reasoning';
  readonly text: string;
  readonly signature: string | null;
  readonly redacted: string | null;
}
/** `input` is JSON text for functions, free text where `isCustom`. */
export interface ToolCallPart extends PartBase {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly isCustom: boolean;
  /** A vendor's proof of the thought behind the call. */
  readonly signature?: string;
}
export interface ToolResultPart extends PartBase {
  readonly type: 'tool-result';
  readonly callId: string;
  readonly content: readonly (TextPart | ImagePart | FilePart)[];
  readonly isError: boolean;
}
export interface RefusalPart extends PartBase {
  readonly type: 'refusal';
  readonly text: string;
}
/** A block that only its own wire form understands, such as a server tool's result. */
export interface OpaquePart extends PartBase {
  readonly type: 'opaque';
  readonly dialect: DialectId;
  readonly value: JsonObject;
}

export type Part =
  | TextPart
  | ImagePart
  | AudioPart
  | FilePart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | RefusalPart
  | OpaquePart;

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
  /** `budgetTokens` and `effort` exclude nothing: each vendor takes the one it knows. */
  readonly reasoning: {
    readonly isEnabled: boolean;
    readonly effort: string | null;
    readonly budgetTokens: number | null;
  } | null;
  readonly serviceTier: string | null;
  readonly metadata: JsonObject | null;
  /** The end user, as the client names them. */
  readonly user: string | null;
  readonly wantsStream: boolean;
  /** The client asked for usage in the stream. */
  readonly wantsUsage: boolean;
  readonly extra: Extra;
}

/** `pause`: the vendor stopped in the middle of its own work and wants the turn back. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'pause';

export interface CanonicalChoice {
  readonly index: number;
  readonly parts: readonly Part[];
  readonly finish: FinishReason;
  /** The vendor's own word. */
  readonly nativeFinish: string | null;
  readonly logprobs?: unknown;
  readonly stopSequence?: string | null;
}

export interface CanonicalAnswer {
  readonly id: string;
  /** The model that answered, by the vendor's name. */
  readonly model: string;
  /** Seconds since the Unix epoch; `null` if the vendor does not say. */
  readonly created: number | null;
  readonly choices: readonly CanonicalChoice[];
  readonly usage: Usage | null;
  readonly extra?: Extra;
}

/** What a part is when it begins in a stream; deltas fill it, or it is whole already (`whole`). */
export type StartedPart =
  | { readonly type: 'text' }
  | { readonly type: 'refusal' }
  | { readonly type: 'reasoning' }
  | {
      readonly type: 'tool-call';
      readonly id: string;
      readonly name: string;
      readonly isCustom: boolean;
      readonly signature?: string;
    }
  | { readonly type: 'whole'; readonly part: Part };

/**
 * One step of a streamed answer. `part` numbers the parts of a choice in order of appearance; decoders number them
 * themselves, whatever the wire says, and open a part before its first delta and close it after its last.
 */
export type CanonicalEvent =
  | {
      readonly type: 'start';
      readonly id: string;
      readonly model: string;
      readonly created: number | null;
      readonly usage: Usage | null;
    }
  | {
      readonly type: 'part-start';
      readonly choice: number;
      readonly part: number;
      readonly content: StartedPart;
    }
  | { readonly type: 'part-delta'; readonly choice: number; readonly part: number; readonly text: string }
  | { readonly type: 'signature'; readonly choice: number; readonly part: number; readonly signature: string }
  | {
      readonly type: 'citation';
      readonly choice: number;
      readonly part: number;
      readonly citation: JsonObject;
    }
  | { readonly type: 'part-end'; readonly choice: number; readonly part: number }
  | {
      readonly type: 'finish';
      readonly choice: number;
      readonly reason: FinishReason;
      readonly native: string | null;
      readonly stopSequence: string | null;
    }
  /** Running totals: the last one counts. */
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'ping' }
  | { readonly type: 'error'; readonly error: RawErrorFields };
