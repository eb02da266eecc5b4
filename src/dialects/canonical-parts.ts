/** The canonical form: what turns of a request and choices of an answer are made of. See `canonical.ts`. */
import type { DialectId } from '../providers/provider-row.ts';

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
