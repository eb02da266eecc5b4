/** Answers of routes that are no turn of a conversation, each with the number of its call where the form has room. */
import { vectorOf } from '../clients/side-routes.ts';
import { sideAnswer } from '../limits/bills.ts';

const BILL = { input: 11, output: 7 };

/** JSON, or sound. */
export function numberedSide(path: string, body: Buffer, number: number): object | Buffer {
  if (path.endsWith('/embeddings')) return embeddings(JSON.parse(body.toString()));
  if (path.includes('mbedContent')) return answerAtGoogle(path, JSON.parse(body.toString()));
  const answer = sideAnswer(path, body, BILL);
  if (Buffer.isBuffer(answer)) return Buffer.from(`sound <${number}:0>`);
  const [, operation = ''] = /([a-zA-Z]+)(?:\?.*)?$/.exec(path) ?? [];
  switch (operation) {
    case 'moderations':
      return { ...answer, id: `modr-<${number}:0>` };
    case 'rerank':
      return { ...answer, id: `rerank-<${number}:0>` };
    case 'generations':
    case 'edits':
    case 'variations':
      return { ...answer, data: [{ b64_json: 'aGk=', revised_prompt: `<${number}:0>` }] };
    default:
      return { ...answer, text: `<${number}:0>` };
  }
}

interface GoogleContent {
  readonly content: { readonly parts: readonly { readonly text: string }[] };
}

function answerAtGoogle(
  path: string,
  asked: GoogleContent & { readonly requests: readonly GoogleContent[] },
): object {
  const valuesOf = ({ content }: GoogleContent) => ({
    values: vectorOf(content.parts.map(({ text }) => text).join('')),
  });
  return path.endsWith(':embedContent')
    ? { embedding: valuesOf(asked) }
    : { embeddings: asked.requests.map(valuesOf) };
}

interface AskedVectors {
  /** Texts, or tokens. */
  readonly input: string | readonly (string | number | readonly number[])[];
  readonly encoding_format?: string;
  readonly model?: string;
}

/** One for each input, which it depends on alone: whoever gets another has somebody else's. */
function embeddings({ input, encoding_format: format, model }: AskedVectors): object {
  const isOne = typeof input === 'string' || typeof input[0] === 'number';
  const texts = (isOne ? [input] : (input as readonly unknown[])).map((one) =>
    typeof one === 'string' ? one : JSON.stringify(one),
  );
  const write = (vector: number[]): unknown =>
    format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector;
  return {
    object: 'list',
    model,
    data: texts.map((text, index) => ({ object: 'embedding', index, embedding: write(vectorOf(text)) })),
    usage: { prompt_tokens: 3 * texts.length, total_tokens: 3 * texts.length },
  };
}
