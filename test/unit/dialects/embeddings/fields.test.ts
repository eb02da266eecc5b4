/** Holds the upstreams to `fields.ts`. */
import { describe, expect, it } from 'vitest';
import {
  EMBEDDINGS_UPSTREAMS,
  type EmbeddingsFormId,
} from '../../../../src/dialects/embeddings/embeddings.ts';
import { EMBEDDINGS_FIELDS } from '../../../../src/dialects/embeddings/fields.ts';
import { asked, askedByGemini, IMAGE, refusalOf } from './support.ts';

const FORMS = Object.keys(EMBEDDINGS_UPSTREAMS) as EmbeddingsFormId[]; // they are its keys
const MODELS: Readonly<Record<EmbeddingsFormId, string>> = {
  openai: 'text-embedding-3-small',
  gemini: 'gemini-embedding-001',
  vertex: 'text-embedding-005',
  bedrock: 'amazon.titan-embed-text-v2:0',
  cohere: 'embed-v4.0',
  voyage: 'voyage-4',
  jina: 'jina-embeddings-v3',
  ollama: 'embeddinggemma',
};
/** A request that asks for the field and, but for that, what `asked()` asks for. */
const SAMPLES: Readonly<Record<string, () => ReturnType<typeof asked>>> = {
  'input (token ids)': () => asked({ input: [1, 2] }),
  'input (media)': () => askedByGemini({ content: { parts: [IMAGE] } }),
  dimensions: () => asked({ dimensions: 256 }),
  embedding_type: () => asked({ embedding_type: 'int8' }),
  input_type: () => asked({ input_type: 'query' }),
  title: () => asked({ title: 'T' }),
  truncate: () => asked({ truncate: true }),
  normalized: () => asked({ normalized: true }),
  user: () => asked({ user: 'u' }),
};
/** Said by every form, in ways that other tests show. */
const ALWAYS = ['model', 'input', 'encoding_format'];

describe.each(FORMS)('the field table of %s', (form) => {
  const encode = (request: ReturnType<typeof asked>) =>
    EMBEDDINGS_UPSTREAMS[form].encodeRequest(request, MODELS[form]);
  const plain = encode(asked());
  const fates = Object.entries(EMBEDDINGS_FIELDS[form]).filter(([field]) => !ALWAYS.includes(field));

  it('names every field', () => {
    expect(Object.keys(EMBEDDINGS_FIELDS[form]).toSorted()).toEqual(
      [...ALWAYS, ...Object.keys(SAMPLES)].toSorted(),
    );
  });

  it.each(fates)('is true of %s', (field, { fate }) => {
    const sample = SAMPLES[field] ?? asked;
    if (fate === 'refused') {
      expect(refusalOf(() => encode(sample()))).not.toBeNull();
      return;
    }
    const { calls, dropped } = encode(sample());
    expect(dropped).toEqual(fate === 'dropped' ? [field] : []);
    if (fate === 'dropped') expect(calls).toEqual(plain.calls);
    else expect(calls).not.toEqual(plain.calls);
  });

  it('drops nothing that asks for nothing', () => {
    expect(encode(asked({ user: null, dimensions: null, input_type: null, note: null }))).toEqual(plain);
    expect(encode(asked({ store: false, tags: [] })).dropped).toEqual([]);
  });

  it('makes equal bytes of equal requests, whatever order their members stand in', () => {
    const full = { input: ['a', 'b'], dimensions: 256, input_type: 'query', truncate: true, user: 'u' };
    const turned = Object.fromEntries(Object.entries(full).toReversed());
    expect(JSON.stringify(encode(asked(turned)))).toBe(JSON.stringify(encode(asked(full))));
  });

  it('names a member that the form does not have', () => {
    expect(encode(asked({ prompt_name: 'p' })).dropped).toEqual(form === 'openai' ? [] : ['prompt_name']);
  });
});
