/**
 * The Vantage of a region: a Durable Object that adds up what the region's isolates saw, and tells each of them the sum.
 * It works in memory, and keeps a copy for the one that comes after it when it is evicted or deployed anew.
 */
import { DurableObject } from 'cloudflare:workers';
import { RegionState } from './region-state.ts';
import type { RegionPicture, RegionView, VantageReport } from './vantage-protocol.ts';

const KEPT = 'region';
/** A row that is written costs as much as six calls. */
const KEEP_EVERY_MS = 10_000;

export class VantageObject extends DurableObject<unknown> {
  /** Milliseconds since the Unix epoch. Tests put their own here; nothing else does. */
  now: () => number = Date.now;
  readonly #state: RegionState;
  #keptAt = Number.NEGATIVE_INFINITY;

  constructor(state: DurableObjectState, env: unknown) {
    super(state, env);
    const region = state.id.name?.split(':')[1] ?? '';
    this.#state = new RegionState(region, state.storage.kv.get(KEPT), this.now());
  }

  /** As `VantageStub.sync`. */
  async sync(report: VantageReport): Promise<RegionPicture> {
    const now = this.now();
    const picture = this.#state.sync(report, now);
    if (now >= this.#keptAt + KEEP_EVERY_MS) {
      this.#keptAt = now;
      this.ctx.storage.kv.put(KEPT, this.#state.keep(now));
    }
    return picture;
  }

  /** As `VantageStub.view`. */
  async view(): Promise<RegionView> {
    return this.#state.view(this.now());
  }
}
