/** Embeddings as OpenAI sends them, put together before the first request came. */

/** As many as `text-embedding-3-small` has. */
const DIMENSIONS = 1536;
const TOKENS_OF_INPUT = 60;

const answers = new Map<number, Buffer>();

/** An answer with `count` vectors, base64 as OpenAI's SDK asks for it. */
export function vectorsAnswer(count: number): Buffer {
  const known = answers.get(count);
  if (known !== undefined) return known;
  const made = makeAnswer(count);
  answers.set(count, made);
  return made;
}

function makeAnswer(count: number): Buffer {
  const tokens = count * TOKENS_OF_INPUT;
  const body = JSON.stringify({
    object: 'list',
    data: Array.from({ length: count }, (_, index) => ({
      object: 'embedding',
      index,
      embedding: base64Vector(index),
    })),
    model: 'bench-model',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
  const head =
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\n' +
    `content-length: ${body.length}\r\n\r\n`;
  return Buffer.from(head + body);
}

function base64Vector(seed: number): string {
  const values = Float32Array.from({ length: DIMENSIONS }, (_, at) => Math.sin(at * 12.9898 + seed) / 28);
  return Buffer.from(values.buffer).toString('base64');
}
