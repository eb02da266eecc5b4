/** Reranking: the door that clients speak to, and what each vendor speaks. */
export { rerankDoor } from './door.ts';
export { RERANK_UPSTREAMS, type RerankFormId } from './upstreams.ts';
