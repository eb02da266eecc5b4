/** Requests as bytes. */

/** How the upstream answers; see `upstream.ts`. `vectors`: a request for embeddings. */
export type Behaviour = 'whole' | 'paced' | 'burst' | 'short' | 'slow1' | 'vectors';

/** Stands for a number as long as it is; see `Numbers` in `load.ts`. */
export const SERIAL = '########';

/** What the number makes different: who asks, or what is asked. */
export type Numbered = 'user' | 'question';

/** A chat request whose body has `bodyBytes` bytes. Without `numbered`, all of a task are the same. */
export function chatRequest(options: {
  model: string;
  key: string;
  behaviour: Behaviour;
  bodyBytes?: number;
  numbered?: Numbered;
}): string {
  const { model, key, behaviour, bodyBytes = 1024, numbered } = options;
  const opening = numbered === 'question' ? `About ${SERIAL}. ` : '';
  const body = (question: string) =>
    JSON.stringify({
      model,
      user: `bench-${behaviour}${numbered === 'user' ? `-${SERIAL}` : ''}`,
      ...(behaviour === 'whole' ? {} : { stream: true }),
      temperature: 0,
      max_completion_tokens: 1000,
      messages: [
        { role: 'system', content: 'You are a helpful assistant. Answer in one paragraph.' },
        { role: 'user', content: opening + question },
      ],
    });
  const text = body('Tell me more. '.repeat(bodyBytes / 14 + 1).slice(0, bodyBytes - body('').length));
  return post('/v1/chat/completions', key, text);
}

export const BATCH_INPUTS = 100;
/** Inputs of a batch that no other request has. */
export const NEW_INPUTS = 10;

/** Inputs as a search index has them: passages of some 50 words. The new ones stand among the others. */
export function embeddingsRequest({ model, key }: { model: string; key: string }): string {
  const passage =
    'The committee met again in the autumn, and what it heard was much the same as before. '.repeat(3);
  const input = Array.from({ length: BATCH_INPUTS }, (_, place) =>
    place % (BATCH_INPUTS / NEW_INPUTS) === 0
      ? `Passage ${place} of ${SERIAL}. ${passage}`
      : `Passage ${place} of everybody. ${passage}`,
  );
  const text = JSON.stringify({ model, user: 'bench-vectors', encoding_format: 'base64', input });
  return post('/v1/embeddings', key, text);
}

const post = (path: string, key: string, text: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n` +
  'user-agent: OpenAI/JS 7.55.0\r\ncontent-type: application/json\r\n' +
  `authorization: Bearer ${key}\r\ncontent-length: ${text.length}\r\n\r\n${text}`;

export const HEALTH_REQUEST = 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n';
