/**
 * Where this isolate runs. An isolate serves one data centre, so the first request that tells its place tells it for all:
 * reading `cf` of every request would cost more than routing it.
 */
import { NOWHERE, type Place } from '../routing/place.ts';
import type { Exchange } from './exchange.ts';

/** Outside Cloudflare no request tells a place: then one in so many is looked at. */
const SELDOM = 256;

export class Home {
  #place: Place | null = null;
  /** Times it was asked for without being known. */
  #asked = 0;

  /** `ofRequest`: looked at only while nothing is known. */
  place(ofRequest: () => Place): Place {
    if (this.#place !== null) return this.#place;
    this.#asked += 1;
    if (this.#asked > SELDOM && this.#asked % SELDOM !== 0) return NOWHERE;
    const place = ofRequest();
    if (place.colo === null) return NOWHERE;
    this.#place = place;
    return place;
  }
}

/** Where a request is served: what is measured counts there. */
export function servingPlace(exchange: Exchange): Place {
  const { home, snapshot } = exchange.services;
  const isTold = snapshot.document.testing?.region_header === true;
  return isTold ? exchange.place : home.place(() => exchange.place);
}
