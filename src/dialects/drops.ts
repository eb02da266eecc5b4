/** What this form has no place for, by the names of `request-fields.ts`, in order of appearance and each once. */
import type { DialectId } from '../providers/provider-row.ts';
import type {
  CanonicalRequest,
  Extra,
  ImagePart,
  OpaquePart,
  Part,
  TextPart,
  Tool,
  ToolCallPart,
  Turn,
} from './canonical.ts';
import type { RequestField, SchemaField } from './request-fields.ts';

/** Kept in `extra` by the codecs that read them into the canonical form as well. */
const SAID_IN_CANONICAL = ['reasoning', 'thinking', 'top_k'];
/** Asked for by being there: an empty one means the defaults. */
const SWITCHES = ['web_search_options'];
/** Kept there too, and refused where it asks for more than text (`refusals.ts`). */
const REFUSED = ['modalities'];

export class Drops {
  readonly #names = new Set<string>();
  readonly #own: DialectId;

  /** `own`: the form that is written, whose fields are not foreign. */
  constructor(own: DialectId) {
    this.#own = own;
  }

  get names(): readonly string[] {
    return [...this.#names];
  }

  add(name: RequestField): void {
    this.#names.add(name);
  }

  /** A keyword of a schema that the form does not know. */
  addKeyword(field: SchemaField, keyword: string): void {
    this.#names.add(`${field}.${keyword}`);
  }

  /** Each by its key. */
  addMetadata(keys: readonly string[]): void {
    for (const key of keys) this.#names.add(`metadata.${key}`);
  }

  /** Fields of the request that other forms have and this one has not. `except`: those that it has after all. */
  addForeignFields(extra: Extra, except: readonly string[] = []): void {
    this.#addForeign(extra, '', [...SAID_IN_CANONICAL, ...REFUSED, ...except]);
  }

  /** What many forms do not know; 0 asks for nothing. */
  addPenaltiesAndSeed({
    frequencyPenalty,
    presencePenalty,
    seed,
  }: Pick<CanonicalRequest, 'frequencyPenalty' | 'presencePenalty' | 'seed'>): void {
    if (frequencyPenalty) this.add('frequency_penalty');
    if (presencePenalty) this.add('presence_penalty');
    if (seed !== null) this.add('seed');
  }

  addLogprobs({ logprobs }: Pick<CanonicalRequest, 'logprobs'>): void {
    if (logprobs === null) return;
    this.add('logprobs');
    if (logprobs.top !== null) this.add('top_logprobs');
  }

  /** The end user; one that came as `safety_identifier` is among the foreign fields. */
  addUser({ user, extra }: Pick<CanonicalRequest, 'user' | 'extra'>): void {
    if (user !== null && user !== '' && user !== extra['openai-chat']?.safety_identifier) this.add('user');
  }

  /** For forms without names of speakers: the name, and what other forms say of the message. */
  addTurn({ name, extra }: Pick<Turn, 'name' | 'extra'>): void {
    if (name !== undefined) this.add('messages.name');
    this.addTurnFields(extra);
  }

  addTurnFields(extra: Extra | undefined): void {
    this.#addForeign(extra, 'messages.');
  }

  /** What other forms say of the part. Thinking is another matter: it is taken back with its proof, or not at all. */
  addPartFields({ type, extra }: Part, except: readonly string[] = []): void {
    if (type !== 'reasoning') this.#addForeign(extra, 'messages.', except);
  }

  /** `auto` asks for nothing. */
  addDetail({ detail }: ImagePart): void {
    if (detail !== undefined && detail !== 'auto') this.add('messages.image_url.detail');
  }

  /** A block that only another form understands. */
  addOpaque({ dialect, value }: OpaquePart): void {
    this.#names.add(`messages.${typeof value.type === 'string' ? value.type : dialect}`);
  }

  /**
   * For forms that have only texts, media, calls and results: what else a turn holds, but for thinking, citations and
   * details of images.
   */
  addUnsaid(turn: Turn): void {
    this.addTurn(turn);
    for (const part of turn.parts) {
      this.addPartFields(part);
      if (part.cacheMarker !== undefined) this.add('cache_control');
      if (part.type === 'opaque') this.addOpaque(part);
      if (part.type === 'text' || part.type === 'tool-call') this.addProof(part);
    }
  }

  /** A vendor's proof of the thought behind a text or a call. */
  addProof({ signature }: TextPart | ToolCallPart): void {
    if (signature !== undefined) this.add('messages.extra_content');
  }

  /** What other forms say of the tool. */
  addToolFields(extra: Extra | undefined): void {
    this.#addForeign(extra, 'tools.');
  }

  /** A tool that another vendor runs. */
  addServerTool({ value }: Extract<Tool, { kind: 'server' }>): void {
    this.#names.add(`tools.${typeof value.type === 'string' ? value.type : 'server'}`);
  }

  /** Empty ones say nothing that could be lost. */
  #addForeign(extra: Extra | undefined, prefix: string, except: readonly string[] = []): void {
    for (const [dialect, fields] of Object.entries(extra ?? {})) {
      if (dialect === this.#own) continue;
      for (const [key, value] of Object.entries(fields ?? {})) {
        const asks = SWITCHES.includes(key) ? isSet(value) : !isEmpty(value);
        if (asks && !except.includes(key)) this.#names.add(prefix + key);
      }
    }
  }
}

const isSet = (value: unknown): boolean => value !== null && value !== undefined && value !== false;

const isEmpty = (value: unknown): boolean =>
  !isSet(value) || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
