/** The bodies that the vendors get, literally; where a vendor's SDK has a type for them, by that type. */
import type { Cohere } from 'cohere-ai';
import { describe, expect, it } from 'vitest';
import {
  EMBEDDINGS_UPSTREAMS,
  type EmbeddingsFormId,
} from '../../../../src/dialects/embeddings/embeddings.ts';
import { asked, askedByGemini, refusalOf, said, shown } from './support.ts';

type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name;
/** Cohere's SDK has names in camel case, the wire in snake case. */
type CohereBody = Partial<{
  [Name in keyof Cohere.V2EmbedRequest & string as SnakeCase<Name>]: Cohere.V2EmbedRequest[Name];
}>;
const encode = (form: EmbeddingsFormId, model: string, request = asked()) =>
  EMBEDDINGS_UPSTREAMS[form].encodeRequest(request, model);
const bodyOf = (form: EmbeddingsFormId, model: string, request = asked()) =>
  encode(form, model, request).calls[0]?.body;
const texts = (count: number) => Array.from({ length: count }, (_, index) => `text ${index}`);
const full = { input: ['a', 'b'], dimensions: 256, input_type: 'query', truncate: 'END' };

describe('embeddings for Cohere', () => {
  it('have Cohere’s words', () => {
    const expected: CohereBody = {
      model: 'embed-v4.0',
      input_type: 'search_query',
      texts: ['a', 'b'],
      embedding_types: ['float'],
      output_dimension: 256,
      truncate: 'END',
      max_tokens: 99,
    };
    expect(encode('cohere', 'embed-v4.0', asked({ ...full, max_tokens: 99 }))).toEqual({
      calls: [{ path: '/embed', body: expected }],
      dropped: [],
    });
  });

  it('say search_document if the client says nothing, because the form demands a word', () => {
    expect(bodyOf('cohere', 'embed-v4.0')).toMatchObject({ input_type: 'search_document' });
    const similar = encode('cohere', 'embed-v4.0', asked({ input_type: 'similarity' }));
    expect(similar).toMatchObject({
      calls: [{ body: { input_type: 'search_document' } }],
      dropped: ['input_type'],
    });
  });

  it('pass on a word of Cohere’s that is not known here', () => {
    expect(encode('cohere', 'embed-v4.0', asked({ input_type: 'image' }))).toMatchObject({
      calls: [{ body: { input_type: 'image' } }],
      dropped: [],
    });
  });

  it('are split at 96 texts, and where the input type changes', () => {
    const sizesOf = (request: ReturnType<typeof asked>) =>
      encode('cohere', 'embed-v4.0', request).calls.map(({ body }) => [
        body.input_type,
        (body.texts as unknown[]).length, // the upstream's own body, as above
      ]);
    expect(sizesOf(asked({ input: texts(200) }))).toEqual([
      ['search_document', 96],
      ['search_document', 96],
      ['search_document', 8],
    ]);
    const task = (text: string, taskType: string) => ({ ...said(text), taskType });
    const mixed = askedByGemini(
      task('a', 'RETRIEVAL_QUERY'),
      task('b', 'CLUSTERING'),
      task('c', 'CLUSTERING'),
    );
    expect(sizesOf(mixed)).toEqual([
      ['search_query', 1],
      ['clustering', 2],
    ]);
  });

  it('carry images, and refuse other media', () => {
    const request = askedByGemini(said('a dog'), shown('a cat'));
    const expected: Pick<CohereBody, 'inputs'>['inputs'] = [
      { content: [{ type: 'text', text: 'a dog' }] },
      {
        content: [
          { type: 'text', text: 'a cat' },
          // Cohere's SDK calls it `imageUrl`; on the wire it is `image_url`.
          {
            type: 'image_url',
            image_url: { url: 'data:image/png;base64,aGk=' },
          } as unknown as Cohere.EmbedContent,
        ],
      },
    ];
    expect(bodyOf('cohere', 'embed-v4.0', request)).toMatchObject({ inputs: expected });
    const sound = { inlineData: { mimeType: 'audio/wav', data: '' } };
    const heard = askedByGemini({ content: { parts: [sound] } });
    expect(refusalOf(() => encode('cohere', 'embed-v4.0', heard))).toBe('requests[0].content');
  });
});

describe('embeddings for Voyage', () => {
  it('have Voyage’s words', () => {
    expect(encode('voyage', 'voyage-4', asked(full))).toEqual({
      calls: [
        {
          path: '/embeddings',
          body: {
            model: 'voyage-4',
            input: ['a', 'b'],
            input_type: 'query',
            output_dimension: 256,
            output_dtype: 'float',
            truncation: true,
          },
        },
      ],
      dropped: [],
    });
  });

  it('name what Voyage cannot say', () => {
    const request = asked({ input_type: 'clustering', truncate: 'START', user: 'u', prompt_name: 'p' });
    expect(encode('voyage', 'voyage-4', request).dropped).toEqual([
      'input_type',
      'truncate',
      'user',
      'prompt_name',
    ]);
  });

  it('are split at a thousand inputs', () => {
    expect(encode('voyage', 'voyage-4', asked({ input: texts(2048) })).calls).toHaveLength(3);
  });
});

describe('embeddings for Jina', () => {
  it('have Jina’s words', () => {
    const request = asked({ ...full, normalize: true, late_chunking: true });
    expect(encode('jina', 'jina-embeddings-v3', request)).toEqual({
      calls: [
        {
          path: '/embeddings',
          body: {
            model: 'jina-embeddings-v3',
            input: ['a', 'b'],
            task: 'retrieval.query',
            dimensions: 256,
            normalized: true,
            embedding_type: 'float',
            truncate: true,
            late_chunking: true,
          },
        },
      ],
      dropped: [],
    });
  });

  it.each([
    ['jina-embeddings-v3', 'clustering', 'separation'],
    ['jina-embeddings-v5-text-small', 'clustering', 'clustering'],
    ['jina-embeddings-v3', 'similarity', 'text-matching'],
    ['jina-embeddings-v3', 'code-document', 'retrieval.passage'],
    ['jina-embeddings-v4', 'code-query', 'code.query'],
    ['jina-code-embeddings-1.5b', 'code-query', 'nl2code.query'],
    ['jina-embeddings-v3', 'question-answering', 'retrieval.query'],
    ['jina-code-embeddings-1.5b', 'nl2code.query', 'nl2code.query'],
  ])('say to %s for %s: %s', (model, task, expected) => {
    expect(bodyOf('jina', model, asked({ task }))).toMatchObject({ task: expected });
  });

  it('pass on a task of Jina’s that is not known here', () => {
    expect(bodyOf('jina', 'jina-code-embeddings-1.5b', asked({ task: 'code2code.query' }))).toMatchObject({
      task: 'code2code.query',
    });
  });
});

describe('embeddings for Ollama', () => {
  it('have Ollama’s words', () => {
    expect(encode('ollama', 'embeddinggemma', asked({ ...full, keep_alive: '5m' }))).toEqual({
      calls: [
        {
          path: '/api/embed',
          body: {
            model: 'embeddinggemma',
            input: ['a', 'b'],
            dimensions: 256,
            truncate: true,
            keep_alive: '5m',
          },
        },
      ],
      dropped: ['input_type'],
    });
  });

  it('join the text parts of a Gemini client by line ends', () => {
    const request = askedByGemini({ content: { parts: [{ text: 'a' }, { text: 'b' }] } });
    expect(bodyOf('ollama', 'embeddinggemma', request)).toMatchObject({ input: ['a\nb'] });
  });
});
