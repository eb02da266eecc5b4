/** What an object needs to run a request as if it had come to it. */
import type { LedRequest } from '../../cache/flight/flight-client.ts';
import type { LeadMessage } from '../../cache/flight/messages.ts';
import type { Exchange } from '../exchange.ts';

/** `body`: as the client sent it. */
export const ledRequest = ({ url, headers, place }: Exchange, body: Uint8Array): LedRequest => ({
  url,
  method: 'POST',
  headers: withoutLength(headers),
  body,
  cf: place,
});

export const leadingOf = ({
  context,
  identity,
}: Exchange): Pick<LeadMessage, 'requestId' | 'arrivedAt' | 'clientAddress'> => ({
  requestId: context.requestId,
  arrivedAt: context.arrivedAt,
  clientAddress: identity.clientAddress,
});

/** Whoever sends the body says how long it is. */
function withoutLength(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of ['content-length', 'transfer-encoding', 'connection']) kept.delete(name);
  return kept;
}
