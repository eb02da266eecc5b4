/** Content blocks of a client's request, into parts. Throws `InvalidRequest` that names the field. */

import { isRecord } from '../../is-record.ts';
import { encodeBase64Text } from '../base64-text.ts';
import type {
  CacheMarker,
  FilePart,
  ImagePart,
  JsonObject,
  MediaSource,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../canonical.ts';
import { fromClaudeToolId } from '../claude/tool-ids.ts';
import { listOf, rest, textOf } from '../json.ts';
import { flag, isAbsent, list, object, oneOf, optional, refuse, text } from '../shape.ts';
import { fromToolInput } from '../tools/tool-input.ts';
import { readCitation } from './citations.ts';
import { readThinking } from './foreign-proofs.ts';

/** Blocks that stand in the turns of one side only. */
const ONLY_IN: Readonly<Record<string, 'user' | 'assistant'>> = {
  tool_use: 'assistant',
  thinking: 'assistant',
  redacted_thinking: 'assistant',
  tool_result: 'user',
  image: 'user',
  document: 'user',
};

export function decodeBlock(value: unknown, path: string, role: 'user' | 'assistant'): Part {
  const block = object(value, path);
  const type = text(block.type, `${path}.type`);
  if ((ONLY_IN[type] ?? role) !== role) {
    refuse(`${path}.type`, `"${type}" does not belong into a message of the role "${role}"`);
  }
  switch (type) {
    case 'text':
      return decodeText(block, path);
    case 'image':
      return decodeImage(block, path);
    case 'document':
      return decodeDocument(block, path);
    case 'search_result':
      return decodeSearchResult(block, path);
    case 'thinking':
    case 'redacted_thinking':
      return decodeThinking(block, path);
    case 'tool_use':
      return decodeToolUse(block, path);
    case 'tool_result':
      return decodeToolResult(block, path);
    default:
      return { type: 'opaque', dialect: 'anthropic-messages', value: block };
  }
}

export function decodeText(block: JsonObject, path: string): TextPart {
  const citations = optional(block.citations, `${path}.citations`, list)?.filter(isRecord) ?? [];
  return {
    type: 'text',
    text: text(block.text, `${path}.text`),
    ...(citations.length > 0 ? { citations: citations.map(readCitation) } : {}),
    ...marks(block, path, ['text', 'citations']),
  };
}

function decodeImage(block: JsonObject, path: string): ImagePart {
  const source = decodeSource(block.source, `${path}.source`, ['base64', 'url', 'file']);
  return { type: 'image', source, ...marks(block, path, ['source']) };
}

function decodeSource(value: unknown, path: string, kinds: readonly string[]): MediaSource {
  const source = object(value, path);
  switch (oneOf(source.type, kinds, `${path}.type`)) {
    case 'url':
      return { kind: 'url', url: text(source.url, `${path}.url`) };
    case 'file':
      return { kind: 'file-id', id: text(source.file_id, `${path}.file_id`) };
    default: {
      const mediaType = text(source.media_type, `${path}.media_type`);
      return { kind: 'inline', mediaType, data: text(source.data, `${path}.data`) };
    }
  }
}

function decodeDocument(block: JsonObject, path: string): FilePart {
  const name = optional(block.title, `${path}.title`, text);
  const source = object(block.source, `${path}.source`);
  const known = ['source', 'title'];
  if (source.type === 'text') {
    const data = text(source.data, `${path}.source.data`);
    return { type: 'file', source: plainText(data), name, ...marks(block, path, known) };
  }
  if (source.type === 'content') {
    // Others see its text; in this form the blocks come out again as they were.
    const data = readableText(source.content);
    return { type: 'file', source: plainText(data), name, ...whole(block, path) };
  }
  const media = decodeSource(source, `${path}.source`, ['base64', 'text', 'content', 'url', 'file']);
  return { type: 'file', source: media, name, ...marks(block, path, known) };
}

const plainText = (data: string): MediaSource => ({
  kind: 'inline',
  mediaType: 'text/plain',
  data: encodeBase64Text(data),
});

/** What a model of another vendor can read of content that only this form structures. */
const readableText = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : listOf(content)
        .map((block) => (isRecord(block) ? textOf(block.text) : ''))
        .filter((piece) => piece !== '')
        .join('\n');

function decodeSearchResult(block: JsonObject, path: string): TextPart {
  const pieces = [
    text(block.title, `${path}.title`),
    text(block.source, `${path}.source`),
    readableText(list(block.content, `${path}.content`)),
  ];
  return { type: 'text', text: pieces.join('\n'), ...whole(block, path) };
}

function decodeThinking(block: JsonObject, path: string): ReasoningPart {
  if (block.type === 'redacted_thinking') return readThinking('', null, text(block.data, `${path}.data`));
  const signature = optional(block.signature, `${path}.signature`, text);
  return readThinking(text(block.thinking, `${path}.thinking`), signature, null);
}

function decodeToolUse(block: JsonObject, path: string): ToolCallPart {
  return {
    type: 'tool-call',
    id: fromClaudeToolId(text(block.id, `${path}.id`)),
    name: text(block.name, `${path}.name`),
    input: fromToolInput(object(block.input, `${path}.input`)),
    isCustom: false,
    ...marks(block, path, ['id', 'name', 'input']),
  };
}

function decodeToolResult(block: JsonObject, path: string): ToolResultPart {
  return {
    type: 'tool-result',
    callId: fromClaudeToolId(text(block.tool_use_id, `${path}.tool_use_id`)),
    name: null,
    content: decodeResultContent(block.content, `${path}.content`),
    isError: optional(block.is_error, `${path}.is_error`, flag) ?? false,
    ...marks(block, path, ['tool_use_id', 'content', 'is_error']),
  };
}

function decodeResultContent(content: unknown, path: string): ToolResultPart['content'] {
  if (isAbsent(content) || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return list(content, path).map((item, index) => {
    const at = `${path}[${index}]`;
    const block = object(item, at);
    switch (text(block.type, `${at}.type`)) {
      case 'text':
        return decodeText(block, at);
      case 'image':
        return decodeImage(block, at);
      case 'document':
        return decodeDocument(block, at);
      case 'search_result':
        return decodeSearchResult(block, at);
      case 'tool_reference':
        return { type: 'text', text: text(block.tool_name, `${at}.tool_name`), ...whole(block, at) };
      default:
        return refuse(`${at}.type`, 'is not a block that a tool result can hold');
    }
  });
}

/** The cache marker, and the members that only this form knows. */
function marks(block: JsonObject, path: string, known: readonly string[]): Marks {
  const extra = rest(block, ['type', 'cache_control', ...known]);
  return {
    ...cacheMark(block.cache_control, `${path}.cache_control`),
    ...(extra === null ? {} : { extra: { 'anthropic-messages': extra } }),
  };
}

/** An extra with a `type` is the block itself (`encode-blocks.ts`). */
function whole(block: JsonObject, path: string): Marks {
  const { cache_control: marker, ...extra } = block;
  return { ...cacheMark(marker, `${path}.cache_control`), extra: { 'anthropic-messages': extra } };
}

interface Marks {
  readonly cacheMarker?: CacheMarker;
  readonly extra?: { readonly 'anthropic-messages': JsonObject };
}

export function cacheMark(value: unknown, path: string): { readonly cacheMarker?: CacheMarker } {
  const marker = optional(value, path, object);
  if (marker === null) return {};
  oneOf(marker.type, ['ephemeral'], `${path}.type`);
  return { cacheMarker: { ttl: optional(marker.ttl, `${path}.ttl`, text) } };
}
