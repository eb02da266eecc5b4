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

/**
 * Whose proof of thought a signature is. The vendor takes back its own, and refuses others': Claude's are good at
 * Anthropic, Bedrock and Vertex alike; OpenAI's are `encrypted_content` of reasoning items.
 */
export type Signer = 'anthropic' | 'google' | 'openai' | 'amazon' | 'other';

export interface Signature {
  readonly signer: Signer;
  readonly value: string;
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

/** What a text rests on. Lengths count UTF-16 code units of the part's text, as strings do here. */
export interface Citation {
  readonly url: string | null;
  readonly title: string | null;
  readonly citedText: string | null;
  /** The piece of the part's text that it supports, `end` exclusive; `null` for all of it. */
  readonly span: { readonly start: number; readonly end: number } | null;
  /** As the vendor wrote it, for a client of the same wire form. */
  readonly native: { readonly dialect: DialectId; readonly value: JsonObject };
}

export interface TextPart extends PartBase {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[];
  /** A vendor's proof of the thought behind the text (Gemini signs texts too). */
  readonly signature?: Signature;
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
  /** Thinking that only `signer` can read. */
  readonly redacted: string | null;
  /** Who made `signature` or `redacted`; `other` where nobody can tell any more, and then nobody takes it back. */
  readonly signer: Signer;
}
/** `input` is JSON text for functions, free text where `isCustom`. */
export interface ToolCallPart extends PartBase {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly isCustom: boolean;
  /** A vendor's proof of the thought behind the call. */
  readonly signature?: Signature;
}
export interface ToolResultPart extends PartBase {
  readonly type: 'tool-result';
  readonly callId: string;
  /** Name of the tool that was called; `null` where the form does not repeat it. See `call-names.ts`. */
  readonly name: string | null;
  readonly content: readonly (TextPart | ImagePart | AudioPart | FilePart)[];
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
      readonly signature?: Signature;
    }
  | { readonly type: 'whole'; readonly part: Part };

/**
 * One step of a streamed answer. `part` numbers the parts of a choice in order of appearance; decoders number them
 * themselves, whatever the wire says, and open a part before its first delta and close it after its last. `finish`
 * comes once for each choice, when the wire form's own rule says that the choice is whole, and never without that:
 * whoever relays takes an answer for complete when every choice has finished.
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
  /** Of a text, reasoning or tool-call part that is open. */
  | {
      readonly type: 'signature';
      readonly choice: number;
      readonly part: number;
      readonly signature: Signature;
    }
  | { readonly type: 'citation'; readonly choice: number; readonly part: number; readonly citation: Citation }
  | { readonly type: 'logprobs'; readonly choice: number; readonly logprobs: readonly JsonObject[] }
  | { readonly type: 'part-end'; readonly choice: number; readonly part: number }
  | {
      readonly type: 'finish';
      readonly choice: number;
      readonly reason: FinishReason;
      readonly native: string | null;
      readonly stopSequence: string | null;
    }
  /** Running totals: the last one counts. It may come after `finish`, and before the stream's end. */
  | { readonly type: 'usage'; readonly usage: Usage }
  /** What stands beside the choices in `CanonicalAnswer`; later members replace earlier ones. */
  | { readonly type: 'about'; readonly serviceTier?: string | null; readonly extra?: Extra }
  | { readonly type: 'ping' }
  | { readonly type: 'error'; readonly error: RawErrorFields };
