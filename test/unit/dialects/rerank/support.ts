import { rerankDoor } from '../../../../src/dialects/rerank/rerank.ts';

export { refusedField as refusalOf } from '../../../support/refused-field.ts';

export const asked = (body: Record<string, unknown> = {}) =>
  rerankDoor.decodeRequest({ model: 'm', query: 'capital?', documents: ['a', 'b', 'c'], ...body });

export const usageOf = (inputTokens: number) => ({
  inputTokens,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
});
