import { EMBEDDINGS_DOORS } from '../../../../src/dialects/embeddings/embeddings.ts';

export { refusedField as refusalOf } from '../../../support/refused-field.ts';

/** As an OpenAI client asks. */
export const asked = (body: Record<string, unknown> = {}) =>
  EMBEDDINGS_DOORS.openai.decodeRequest({ model: 'm', input: 'hi', ...body });

/** As a Gemini client asks: one request for each. */
export const askedByGemini = (...requests: Record<string, unknown>[]) =>
  EMBEDDINGS_DOORS['gemini-batch-embed-contents'].decodeRequest({ requests });

export const said = (text: string) => ({ content: { parts: [{ text }] } });
export const IMAGE = { inlineData: { mimeType: 'image/png', data: 'aGk=' } };
export const shown = (text: string) => ({ content: { parts: [{ text }, IMAGE] } });
