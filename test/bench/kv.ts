/** KV for a measured gateway, in a process of its own: it shares the core of what measures. */
import { startKvStore } from '../support/kv-store.ts';

const { port } = await startKvStore();
process.send?.({ port });
