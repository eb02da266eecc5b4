/** Parts into content blocks. Throws `InvalidRequest` for what this form cannot say. */

import { decodeBase64Text } from '../base64-text.ts';
import type {
  CacheMarker,
  FilePart,
  JsonObject,
  MediaSource,
  Part,
  ReasoningPart,
  TextPart,
  ToolResultPart,
} from '../canonical.ts';
import { toClaudeToolId } from '../claude/tool-ids.ts';
import type { Drops } from '../drops.ts';
import { refuse } from '../shape.ts';
import { toToolInput } from '../tools/tool-input.ts';
import { citationsMember, ownCitations } from './citations.ts';
import { toAnthropicToolName } from './tool-names.ts';

/** Parts of which nothing can be sent are among the drops, or they were empty. */
export const encodeParts = (parts: readonly Part[], path: string, drops: Drops): JsonObject[] =>
  parts.map((part, index) => encodePart(part, `${path}[${index}]`, drops)).filter((block) => block !== null);

function encodePart(part: Part, path: string, drops: Drops): JsonObject | null {
  const own = part.extra?.['anthropic-messages'];
  drops.addPartFields(part);
  // The part is a reading of a block that only this form has: that block itself goes back.
  if (own !== undefined && 'type' in own) return { ...own, ...cacheControl(part.cacheMarker) };
  const block = encodeBlock(part, path, drops);
  return block === null
    ? null
    : { ...block, ...own, ...cacheControl(isMarkable(part) ? part.cacheMarker : undefined) };
}

const isMarkable = ({ type }: Part): boolean => type !== 'reasoning' && type !== 'opaque';

function encodeBlock(part: Part, path: string, drops: Drops): JsonObject | null {
  switch (part.type) {
    case 'text':
      if (part.text === '') return null; // refused everywhere, and says nothing (trap D3)
      return encodeText(part, drops);
    case 'refusal':
      return part.text === '' ? null : { type: 'text', text: part.text };
    case 'image':
      drops.addDetail(part);
      return { type: 'image', source: encodeSource(part.source, path) };
    case 'audio':
      return refuse(path, 'holds audio, which models behind the Anthropic form do not take');
    case 'file':
      return encodeFile(part, path);
    case 'reasoning':
      return encodeReasoningPart(part, drops);
    case 'tool-call':
      drops.addProof(part);
      return {
        type: 'tool_use',
        id: toClaudeToolId(part.id),
        name: toAnthropicToolName(part.name, `${path}.name`),
        input: toToolInput(part),
      };
    case 'tool-result':
      return encodeToolResult(part, path, drops);
    case 'opaque':
      if (part.dialect === 'anthropic-messages') return part.value;
      drops.addOpaque(part);
      return null;
    default:
      return part satisfies never;
  }
}

function encodeText(part: TextPart, drops: Drops): JsonObject {
  const { text, citations = [] } = part;
  const own = ownCitations(citations);
  if (own.length < citations.length) drops.add('messages.annotations');
  drops.addProof(part);
  return { type: 'text', text, ...citationsMember(own) };
}

/** Byte for byte as it came; what is not proven to be this vendor's own would be refused (trap D13). */
function encodeReasoningPart(part: ReasoningPart, drops: Drops): JsonObject | null {
  const { text, signature, redacted, signer } = part;
  if (signer === 'anthropic') {
    if (redacted !== null) return { type: 'redacted_thinking', data: redacted };
    if (signature !== null) return { type: 'thinking', thinking: text, signature };
  }
  if (text !== '' || signature !== null || redacted !== null) drops.add('messages.reasoning_content');
  return null;
}

function encodeSource(source: MediaSource, path: string): JsonObject {
  switch (source.kind) {
    case 'url':
      return { type: 'url', url: source.url };
    case 'inline': {
      const mediaType = source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType;
      return { type: 'base64', media_type: mediaType, data: source.data };
    }
    case 'file-id':
      // Anthropic's ids begin with `file_`. https://platform.claude.com/docs/en/build-with-claude/files
      if (!source.id.startsWith('file_')) refuse(path, 'names a file that was uploaded to another provider');
      return { type: 'file', file_id: source.id };
    default:
      return source satisfies never;
  }
}

function encodeFile({ source, name }: FilePart, path: string): JsonObject {
  const title = name === null ? {} : { title: name };
  if (source.kind !== 'inline') return { type: 'document', source: encodeSource(source, path), ...title };
  const mediaType = (source.mediaType.split(';')[0] ?? '').trim().toLowerCase();
  if (mediaType.startsWith('image/')) return { type: 'image', source: encodeSource(source, path) };
  if (mediaType === 'application/pdf') {
    return {
      type: 'document',
      source: { type: 'base64', media_type: mediaType, data: source.data },
      ...title,
    };
  }
  const isText = mediaType.startsWith('text/') || mediaType === 'application/json';
  const text = isText ? decodeBase64Text(source.data) : null;
  if (text === null) refuse(path, `holds a file of the type "${mediaType}"; PDF, images and text are taken`);
  return { type: 'document', source: { type: 'text', media_type: 'text/plain', data: text }, ...title };
}

function encodeToolResult(
  { callId, content, isError }: ToolResultPart,
  path: string,
  drops: Drops,
): JsonObject {
  const blocks = encodeParts(content, `${path}.content`, drops);
  return {
    type: 'tool_result',
    tool_use_id: toClaudeToolId(callId),
    ...(blocks.length === 0 ? {} : { content: blocks }),
    ...(isError ? { is_error: true } : {}),
  };
}

export function cacheControl(marker: CacheMarker | undefined): JsonObject {
  if (marker === undefined) return {};
  return { cache_control: { type: 'ephemeral', ...(marker.ttl === null ? {} : { ttl: marker.ttl }) } };
}

export const isThinking = ({ type }: JsonObject): boolean =>
  type === 'thinking' || type === 'redacted_thinking';

export const isToolResult = ({ type }: JsonObject): boolean => type === 'tool_result';
