/**
 * Providers quote what a client sent in their refusals. Words that stand in its request prove nothing of the provider: else
 * anybody could have a credential taken for refused, or a wish of ours for unknown, for everybody.
 */
import type { ClientRequest } from '../dialects/client-request.ts';

/** Whether the text (in any case) stands in what the client sent, however that is escaped. `headers`: the client's. */
export function saidByClient(
  request: Pick<ClientRequest, 'sent' | 'parse'>,
  headers: Headers,
): (text: string) => boolean {
  let said: string | null = null;
  return (text) => {
    said ??= [...headers.values(), wordsOf(request)].join('\n').toLowerCase();
    return said.includes(text.toLowerCase());
  };
}

function wordsOf(request: Pick<ClientRequest, 'sent' | 'parse'>): string {
  const sent = request.sent();
  if (sent === null) return '';
  try {
    return JSON.stringify(request.parse());
  } catch {
    return new TextDecoder().decode(sent); // a form
  }
}
