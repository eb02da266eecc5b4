/**
 * Stage 2: what a request takes before its body is read, and gives back exactly once: its share of the isolate's memory for
 * bodies. What it takes of limits and budgets depends on what the body says: `limits/reserve.ts`.
 */
import { UnsupportedEncoding } from '../errors.ts';
import { BodyShare } from './body-memory.ts';
import type { Exchange } from './exchange.ts';

export interface Reservation {
  /** The body, read within the size limit and the isolate's memory. */
  readonly body: BodyShare;
}

/** Throws `UnsupportedEncoding`: a compressed body could be a thousand times its size. */
export function admit(
  {
    headers,
    incoming,
    services,
    departure,
  }: Pick<Exchange, 'headers' | 'incoming' | 'services' | 'departure'>,
  maxBytes = services.snapshot.document.max_body_bytes,
): Reservation {
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding.trim().toLowerCase() !== 'identity') throw new UnsupportedEncoding();
  const declared = headers.get('content-length');
  return {
    body: new BodyShare({
      incoming,
      contentLength: declared !== null && /^\d+$/.test(declared) ? Number(declared) : null,
      maxBytes,
      memory: services.bodies,
      departure,
    }),
  };
}
