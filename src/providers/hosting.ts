/** Where a host serves a wire form otherwise than the form's own vendor does. */

import type { UpstreamEdit } from '../dialects/client-request.ts';
import type { UpstreamCodec, UpstreamOperation } from '../dialects/codec.ts';
import type { Provider } from './provider.ts';

/** Below the base URL. Vertex has every publisher's model in the path. */
export function pathOnHost(provider: Provider, codec: UpstreamCodec, operation: UpstreamOperation): string {
  if (provider.hosting !== 'vertex') return codec.path(operation);
  const method = operation.wantsStream ? 'streamRawPredict' : 'rawPredict';
  return `/models/${encodeURIComponent(operation.model)}:${method}`;
}

/**
 * And the version of the form in the model's place in the body.
 * https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai
 */
export const straightEdit = ({ hosting }: Provider): Pick<UpstreamEdit, 'modelBecomes'> =>
  hosting === 'vertex' ? { modelBecomes: { key: 'anthropic_version', value: 'vertex-2023-10-16' } } : {};
