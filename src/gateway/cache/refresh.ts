/** Fetches an answer anew, behind the back of a client that was given a stale one. */
import { toGatewayError } from '../../errors.ts';
import { behindTheBack } from '../behind-the-back.ts';
import { ClientLeft } from '../client-left.ts';
import type { Recalled } from '../recall.ts';
import { relay } from '../relay.ts';
import { type Asking, startRun } from '../start-run.ts';
import { nothingKnownOf } from './embeddings-lookup.ts';

/**
 * `undefined` if there is nothing to fetch, or somebody in this isolate is about it. Else resolves when it is there, or
 * was not to be had: it is settled and logged as a request of its own. The platform ends it 30 s after the response.
 */
export function refresh(asking: Asking, recalled: Recalled): Promise<void> | undefined {
  if (recalled.kind !== 'found' || !recalled.isStale) return undefined;
  const { services, context } = asking.exchange;
  const { hash } = recalled.lookup.key;
  if (services.refreshing.get(hash)) return undefined;
  services.refreshing.set(hash, true);
  const work = fetchAnew(asking, { ...recalled.lookup, isShared: false });
  context.waitUntil(work);
  return work;
}

async function fetchAnew(
  asking: Asking,
  lookup: Extract<Recalled, { kind: 'found' }>['lookup'],
): Promise<void> {
  const exchange = behindTheBack(asking.exchange, 'refresh');
  const { request, plan } = asking;
  try {
    const known = lookup.batch === null ? null : nothingKnownOf(lookup.batch);
    const run = startRun({ ...asking, exchange }, { kind: 'miss', lookup, stale: null, known });
    const response = await relay({ run, exchange, request, plan });
    await response.body?.pipeTo(new WritableStream());
  } catch (error) {
    exchange.settlement.fail(error instanceof ClientLeft ? error : toGatewayError(error));
  } finally {
    exchange.services.refreshing.delete(lookup.key.hash);
  }
}
