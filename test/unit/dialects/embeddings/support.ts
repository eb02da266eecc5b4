import { EMBEDDINGS_DOORS } from '../../../../src/dialects/embeddings/embeddings.ts';
import { InvalidRequest } from '../../../../src/errors.ts';

/** The field that a refusal names; fails unless `run` refuses. */
export function refusalOf(run: () => unknown): string | null {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof InvalidRequest) return thrown.param;
    throw thrown;
  }
  throw new Error('nothing was refused');
}

/** As an OpenAI client asks. */
export const asked = (body: Record<string, unknown> = {}) =>
  EMBEDDINGS_DOORS.openai.decodeRequest({ model: 'm', input: 'hi', ...body });

/** As a Gemini client asks: one request for each. */
export const askedByGemini = (...requests: Record<string, unknown>[]) =>
  EMBEDDINGS_DOORS['gemini-batch-embed-contents'].decodeRequest({ requests });

export const said = (text: string) => ({ content: { parts: [{ text }] } });
export const IMAGE = { inlineData: { mimeType: 'image/png', data: 'aGk=' } };
export const shown = (text: string) => ({ content: { parts: [{ text }, IMAGE] } });
