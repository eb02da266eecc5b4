/** Images: base64 only, without a media type. Source: https://docs.ollama.com/capabilities/vision */
import type { ImagePart } from '../canonical.ts';
import { refuse } from '../shape.ts';

/** Throws `InvalidRequest` for addresses and other vendors' files (trap D18). */
export function encodeImage({ source }: ImagePart, path: string): string {
  switch (source.kind) {
    case 'inline':
      return source.data;
    case 'url':
      return refuse(path, 'must be a data URL in base64: Ollama does not fetch images');
    case 'file-id':
      return refuse(path, 'names a file of another provider');
    default:
      return source satisfies never;
  }
}
