/** Sampling and limits: `options`. Source: https://docs.ollama.com/modelfile (valid parameters and values) */
import type { CanonicalRequest, JsonObject } from '../canonical.ts';
import { nativeOptions } from './native-fields.ts';

/** What the client says in OpenAI's words goes before what it says in Ollama's. */
export function encodeOptions(request: CanonicalRequest): JsonObject {
  const said: Readonly<Record<string, unknown>> = {
    num_predict: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    top_k: request.topK,
    seed: request.seed,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
    stop: request.stop.length > 0 ? request.stop : null,
  };
  const asked = Object.entries(said).filter(([, value]) => value !== null);
  return { ...nativeOptions(request.extra), ...Object.fromEntries(asked) };
}
