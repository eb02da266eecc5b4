/**
 * What routing looks at in a request, read from the body of any door without checking it: linear, and nothing in a body makes
 * it throw. What only some strategies ask for is worked out when they do.
 */
import type { ClientRequest } from '../dialects/client-request.ts';
import { limitOfOne } from '../dialects/estimates/output-limits.ts';
import type { DoorDialect, Route } from '../dialects/routes.ts';
import { isRecord } from '../is-record.ts';
import { languageOf } from '../routing/language.ts';
import { EMPTY_SHAPE, type RequestShape } from '../routing/request-shape.ts';
import { ContentReader } from './shape/content-reader.ts';
import { textDigest } from './shape/text-digest.ts';
import { countTools, listOf, memberOf, reasoningEffort, wantsJson } from './shape/wishes.ts';

type Body = Readonly<Record<string, unknown>>;

/** Of the user's last turn, in characters. */
const MAX_LAST_TEXT = 4000;
const INSTRUCTING: ReadonlySet<unknown> = new Set(['system', 'developer']);

/** Without its body (it was released, or cannot be parsed) only what was read of it before is known. */
export function shapeOf(route: Route, request: ClientRequest): RequestShape {
  const body = parsedBody(request);
  if (body === null || !(isConversation(route) || SAYS_TEXT.has(route.id)))
    return { ...EMPTY_SHAPE, characters: request.inputCharacters, wantsStream: request.wantsStream };
  const spoken = new Spoken();
  if (isConversation(route)) readChat(route.dialect, body, spoken);
  else spoken.add('user', body.prompt ?? body.input ?? body.content ?? body.requests);
  return new ReadShape(route, request, body, spoken);
}

/** Tokens are counted of what would be sent. */
const isConversation = ({ operation }: Route): boolean =>
  operation === 'chat' || operation === 'count-tokens';

/** Routes with a text, but without roles. */
const SAYS_TEXT: ReadonlySet<Route['id']> = new Set([
  'completions',
  'embeddings',
  'gemini.embedContent',
  'gemini.batchEmbedContents',
]);

function parsedBody(request: ClientRequest): Body | null {
  try {
    return request.parse();
  } catch {
    return null;
  }
}

/** Who said what. */
class Spoken {
  readonly reader = new ContentReader();
  /** By the user and the assistant. */
  turns = 0;
  readonly instructions: string[] = [];
  first: readonly string[] = [];
  last: readonly string[] = [];

  add(role: unknown, content: unknown): void {
    const said = this.reader.read(content);
    if (INSTRUCTING.has(role)) {
      // Later ones are no part of how the conversation began.
      if (this.first.length === 0) this.instructions.push(...said);
      return;
    }
    if (role !== 'tool' && role !== 'function') this.turns += 1;
    if (role !== 'user' || said.length === 0) return;
    if (this.first.length === 0) this.first = said;
    this.last = said;
  }
}

function readChat(dialect: DoorDialect, body: Body, spoken: Spoken): void {
  switch (dialect) {
    case 'openai-chat':
      for (const message of listOf(body.messages)) {
        spoken.add(memberOf(message, 'role'), memberOf(message, 'content'));
        spoken.reader.readCalls(memberOf(message, 'tool_calls'));
      }
      break;
    case 'openai-responses':
      spoken.add('system', body.instructions);
      if (typeof body.input === 'string') spoken.add('user', body.input);
      else for (const item of listOf(body.input)) readItem(item, spoken);
      break;
    case 'anthropic-messages':
      spoken.add('system', body.system);
      for (const message of listOf(body.messages))
        spoken.add(memberOf(message, 'role'), memberOf(message, 'content'));
      break;
    case 'gemini':
      spoken.add('system', body.systemInstruction ?? body.system_instruction);
      for (const content of contentsOf(body.contents))
        spoken.add(memberOf(content, 'role') ?? 'user', isRecord(content) ? content.parts : content);
  }
}

/** One content need not stand in a list. */
function contentsOf(contents: unknown): readonly unknown[] {
  if (Array.isArray(contents)) return contents;
  return contents === undefined ? [] : [contents];
}

/** Messages may leave their type out; what else stands there is a tool's or a thought. */
function readItem(item: unknown, spoken: Spoken): void {
  const role = memberOf(item, 'role');
  if (typeof role === 'string') spoken.add(role, memberOf(item, 'content'));
  else spoken.reader.read(item);
}

class ReadShape implements RequestShape {
  readonly characters: number;
  readonly messages: number;
  readonly tools: number;
  readonly images: number;
  readonly audio: number;
  readonly files: number;
  readonly wantsJson: boolean;
  readonly wantsStream: boolean;
  readonly maxOutputTokens: number | null;
  readonly reasoningEffort: string | null;
  readonly lastUserText: string;
  readonly #begin: readonly string[];
  readonly #named: string | null;
  #language: string | null = null;
  #conversation: string | null = null;

  constructor(route: Route, { wantsStream }: ClientRequest, body: Body, spoken: Spoken) {
    const { reader, turns, instructions, first, last } = spoken;
    const { dialect } = route;
    const isChat = isConversation(route);
    this.characters = reader.characters;
    this.images = reader.images;
    this.audio = reader.audio;
    this.files = reader.files;
    this.messages = turns;
    this.tools = isChat ? countTools(dialect, body) : 0;
    this.wantsJson = isChat && wantsJson(dialect, body);
    this.wantsStream = wantsStream;
    this.maxOutputTokens = limitOfOne(route.id, body);
    this.reasoningEffort = isChat ? reasoningEffort(dialect, body) : null;
    this.lastUserText = beginningOf(last);
    this.#begin = [...instructions, ...first];
    this.#named = conversationNamed(body);
  }

  get language(): string {
    this.#language ??= languageOf(this.lastUserText);
    return this.#language;
  }

  get conversation(): string {
    this.#conversation ??= this.#named ?? (this.#begin.length === 0 ? '' : textDigest(this.#begin));
    return this.#conversation;
  }
}

function beginningOf(texts: readonly string[]): string {
  let text = '';
  for (const one of texts) {
    if (text.length >= MAX_LAST_TEXT) break;
    text += text === '' ? one : `\n${one}`;
  }
  return text.slice(0, MAX_LAST_TEXT);
}

/** By the client's own name for it, where it has one. */
function conversationNamed({ prompt_cache_key, previous_response_id }: Body): string | null {
  for (const name of [prompt_cache_key, previous_response_id])
    if (typeof name === 'string' && name !== '') return name;
  return null;
}
