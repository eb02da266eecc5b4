/** Images, by address or inline. Source: https://docs.cohere.com/docs/image-inputs */
import type { ImagePart, JsonObject } from '../canonical.ts';
import { toDataUrl } from '../data-url.ts';
import { refuse } from '../shape.ts';

const MEDIA_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

/** Throws `InvalidRequest` for types that Cohere does not read, and for other vendors' files. */
export function encodeImage({ source, detail }: ImagePart, path: string): JsonObject {
  return {
    type: 'image_url',
    image_url: { url: urlOf(source, path), ...(detail === undefined ? {} : { detail }) },
  };
}

function urlOf(source: ImagePart['source'], path: string): string {
  switch (source.kind) {
    case 'url':
      return source.url;
    case 'inline':
      if (MEDIA_TYPES.includes(source.mediaType)) return toDataUrl(source.mediaType, source.data);
      return refuse(path, `must be an image of one of the types ${MEDIA_TYPES.join(', ')}`);
    case 'file-id':
      return refuse(path, 'names a file of another provider');
    default:
      return source satisfies never;
  }
}
