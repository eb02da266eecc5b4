/** Requests as bytes. */

/** How the upstream answers; see `upstream.ts`. */
export type Behaviour = 'whole' | 'paced' | 'burst' | 'short' | 'slow1';

/** Stands for a number as long as it is, which no other request of the same task has. */
export const SERIAL = '########';

/** A chat request whose body has `bodyBytes` bytes. `isNumbered`: each of a task is another end user's. */
export function chatRequest(options: {
  model: string;
  key: string;
  behaviour: Behaviour;
  bodyBytes?: number;
  isNumbered?: boolean;
}): string {
  const { model, key, behaviour, bodyBytes = 1024, isNumbered = false } = options;
  const body = (question: string) =>
    JSON.stringify({
      model,
      user: `bench-${behaviour}${isNumbered ? `-${SERIAL}` : ''}`,
      ...(behaviour === 'whole' ? {} : { stream: true }),
      temperature: 0.7,
      max_completion_tokens: 1000,
      messages: [
        { role: 'system', content: 'You are a helpful assistant. Answer in one paragraph.' },
        { role: 'user', content: question },
      ],
    });
  const text = body('Tell me more. '.repeat(bodyBytes / 14 + 1).slice(0, bodyBytes - body('').length));
  return (
    'POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n' +
    'user-agent: OpenAI/JS 7.55.0\r\ncontent-type: application/json\r\n' +
    `authorization: Bearer ${key}\r\ncontent-length: ${text.length}\r\n\r\n${text}`
  );
}

export const HEALTH_REQUEST = 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n';
