import { rerankDoor } from '../../../../src/dialects/rerank/rerank.ts';
import { InvalidRequest } from '../../../../src/errors.ts';

export const asked = (body: Record<string, unknown> = {}) =>
  rerankDoor.decodeRequest({ model: 'm', query: 'capital?', documents: ['a', 'b', 'c'], ...body });

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

export const usageOf = (inputTokens: number) => ({
  inputTokens,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
});
