/** Chat completions as OpenAI's SDK puts them together from a stream. Runs in Node and in workerd. */
import OpenAI from 'openai';
import type { ChatCompletion } from 'openai/resources/chat/completions';

// biome-ignore lint/suspicious/noExplicitAny: JSON whose members the tests look for
type Json = any;

export function readChatStream(stream: Uint8Array<ArrayBuffer>): Promise<ChatCompletion> {
  const client = new OpenAI({
    apiKey: 'none',
    baseURL: 'https://gateway.example/v1',
    maxRetries: 0,
    fetch: async () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } }),
  });
  return client.chat.completions.stream({ model: 'any', messages: [] }).finalChatCompletion();
}

/**
 * A whole completion as the SDK would have put it together: with the nulls that it adds, and without what it does not
 * keep (a fingerprint that is null, an empty refusal, a call's place in the list, calls that are none).
 */
export function asPutTogether(body: Json): Json {
  const { system_fingerprint: fingerprint, choices, ...others } = JSON.parse(JSON.stringify(body));
  return {
    ...others,
    ...(fingerprint ? { system_fingerprint: fingerprint } : {}),
    object: 'chat.completion',
    choices: choices.map(({ message, ...choice }: Json) => {
      const { tool_calls: calls, refusal, ...members } = message;
      const said = { content: null, parsed: null, ...members, refusal: refusal || null };
      const kept = calls?.map(({ index: _, ...call }: Json) => call);
      return { logprobs: null, ...choice, message: kept ? { ...said, tool_calls: kept } : said };
    }),
  };
}
