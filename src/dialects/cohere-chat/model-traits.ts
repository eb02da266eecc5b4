/** What sets Cohere's models apart. Source: https://docs.cohere.com/docs/models, https://docs.cohere.com/docs/reasoning */

/** Families that never think: Command before A, Command A itself, its vision and translation models, and Aya. */
const NEVER_THINKS = /^(command($|-light|-nightly|-r|-a-0|-a-vision|-a-translate)|c4ai-)/;

/** Newer models think unless they are told not to; so may one that we do not know. */
export const canThink = (model: string): boolean => !NEVER_THINKS.test(model);
