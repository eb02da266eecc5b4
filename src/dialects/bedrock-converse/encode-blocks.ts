/** Parts into content blocks. Throws `InvalidRequest` for what this form cannot say. */

import type { CacheMarker, JsonObject, Part, ToolResultPart } from '../canonical.ts';
import type { Drops } from '../drops.ts';
import { toToolInput } from '../tools/tool-input.ts';
import type { DocumentNames } from './document-names.ts';
import { DOCUMENT_FIELDS, encodeAudio, encodeFile, encodeImage } from './encode-media.ts';
import type { ModelTraits } from './model-traits.ts';
import { writeThought } from './thoughts.ts';
import { toToolName, toToolUseId } from './tool-names.ts';

export interface BlockContext {
  readonly traits: ModelTraits;
  readonly drops: Drops;
  readonly documentNames: DocumentNames;
}

/** Parts of which nothing can be sent are among the drops, or they were blank. A cache point follows its block. */
export const encodeParts = (parts: readonly Part[], path: string, context: BlockContext): JsonObject[] =>
  parts.flatMap((part, index) => {
    const block = encodePart(part, `${path}[${index}]`, context);
    if (block === null) return [];
    const isMarkable = part.type !== 'reasoning' && part.type !== 'opaque';
    return isMarkable ? [block, ...cachePoint(part.cacheMarker, context)] : [block];
  });

/** Which models take one is in `model-traits.ts`; only Claude knows a `ttl`. */
export function cachePoint(
  marker: CacheMarker | undefined,
  { traits, drops }: Pick<BlockContext, 'traits' | 'drops'>,
): readonly JsonObject[] {
  if (marker === undefined) return [];
  if (traits.cachePoints === 'none') {
    drops.add('cache_control');
    return [];
  }
  const hasTtl = traits.cachePoints === 'everywhere' && (marker.ttl === '5m' || marker.ttl === '1h');
  return [{ cachePoint: { type: 'default', ...(hasTtl ? { ttl: marker.ttl } : {}) } }];
}

function encodePart(part: Part, path: string, context: BlockContext): JsonObject | null {
  const { drops, traits } = context;
  drops.addPartFields(part, part.type === 'file' ? DOCUMENT_FIELDS : []);
  switch (part.type) {
    case 'text':
      drops.addProof(part);
      if (part.citations !== undefined && part.citations.length > 0) drops.add('messages.annotations');
      return textBlock(part.text);
    case 'refusal':
      return textBlock(part.text);
    case 'image':
      drops.addDetail(part);
      return encodeImage(part, path);
    case 'audio':
      return encodeAudio(part, path);
    case 'file':
      return encodeFile(part, path, context.documentNames);
    case 'reasoning': {
      const block = writeThought(part, traits.takesThoughtsOf);
      if (block === null) drops.add('messages.reasoning_content');
      return block;
    }
    case 'tool-call': {
      drops.addProof(part);
      const name = toToolName(part.name, `${path}.name`);
      return { toolUse: { toolUseId: toToolUseId(part.id), name, input: toToolInput(part) } };
    }
    case 'tool-result':
      return encodeToolResult(part, path, context);
    case 'opaque':
      if (part.dialect === 'bedrock-converse') return part.value;
      drops.addOpaque(part);
      return null;
    default:
      return part satisfies never;
  }
}

/** Blanks alone are refused as well as nothing: "The text field in the ContentBlock object … is blank" (trap D3). */
const textBlock = (text: string): JsonObject | null => (text.trim() === '' ? null : { text });

function encodeToolResult(part: ToolResultPart, path: string, context: BlockContext): JsonObject {
  const { traits, drops } = context;
  if (part.isError && !traits.hasResultStatus) drops.add('messages.is_error');
  return {
    toolResult: {
      toolUseId: toToolUseId(part.callId),
      content: encodeParts(part.content, `${path}.content`, context),
      ...(part.isError && traits.hasResultStatus ? { status: 'error' } : {}),
    },
  };
}
