/**
 * Zod as the built Worker gets it (`alias` in `wrangler.toml`): all that is used of it, without its error messages in
 * fifty languages. The OpenAPI library takes hold of zod's whole namespace, with which those would be a quarter of the
 * bundle, and every cold start would read them.
 */
export { toJSONSchema } from '../node_modules/zod/v4/core/json-schema-processors.js';
export * from './zod-schemas.ts';
export * as z from './zod-schemas.ts';
