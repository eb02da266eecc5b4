/** In which form a client speaks, as its URL and headers say: its errors and its way of sending a key follow from it. */
import type { DoorDialect } from '../dialects/routes.ts';

/** A call of Gemini's: `…/models/{model}:{method}`. */
export const GEMINI_CALL = /^(?:\/v1|\/v1beta)?\/models\/(.+):([A-Za-z]+)$/;

export function dialectOf(request: Request): DoorDialect {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith('/v1beta/')) return 'gemini';
  if (request.method === 'POST' && GEMINI_CALL.test(pathname)) return 'gemini';
  const path = pathname.replace(/^\/v1(?=\/)/, '');
  if (/^\/messages(?:\/|$)/.test(path)) return 'anthropic-messages';
  if (/^\/responses(?:\/|$)/.test(path)) return 'openai-responses';
  // Models are listed under the path of OpenAI's: other clients tell themselves by a header of theirs.
  if (!/^\/models(?:\/|$)/.test(path)) return 'openai-chat';
  if (request.headers.has('anthropic-version')) return 'anthropic-messages';
  const isGoogle = request.headers.has('x-goog-api-key') && !request.headers.has('authorization');
  return isGoogle ? 'gemini' : 'openai-chat';
}
