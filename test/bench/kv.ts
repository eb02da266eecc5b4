/**
 * Stores for a measured gateway, in a process of their own: it shares the core of what measures. KV, two namespaces, and
 * two near caches: one that keeps what it is given, and one that does not.
 */
import { startKvStore } from '../support/kv-store.ts';
import { startNearCache } from '../support/near-cache.ts';

const [copies, cache] = [await startKvStore(), await startKvStore()];
const [keeps, forgets] = [await startNearCache(), await startNearCache()];
forgets.fail('forgetful');
process.send?.({ kv: copies.port, cache: cache.port, keeps: keeps.port, forgets: forgets.port });
process.on('disconnect', () => process.exit());
