/** What routing sees of a request. Its texts are not repeated. */
import type { ClientRequest } from '../../dialects/client-request.ts';
import type { Route } from '../../dialects/routes.ts';
import { difficultyOf } from '../../routing/difficulty.ts';
import { shapeOf } from '../request-shape.ts';

export interface ExplainedRequest {
  readonly characters: number;
  readonly messages: number;
  readonly tools: number;
  readonly images: number;
  readonly audio: number;
  readonly files: number;
  readonly wants_json: boolean;
  readonly wants_stream: boolean;
  readonly max_output_tokens: number | null;
  readonly reasoning_effort: string | null;
  readonly language: string;
  /** As `auto` sees it. */
  readonly difficulty: { readonly score: number; readonly because: string };
}

export function explainRequest(route: Route, request: ClientRequest): ExplainedRequest {
  const shape = shapeOf(route, request);
  return {
    characters: shape.characters,
    messages: shape.messages,
    tools: shape.tools,
    images: shape.images,
    audio: shape.audio,
    files: shape.files,
    wants_json: shape.wantsJson,
    wants_stream: shape.wantsStream,
    max_output_tokens: shape.maxOutputTokens,
    reasoning_effort: shape.reasoningEffort,
    language: shape.language,
    difficulty: difficultyOf(shape),
  };
}
