/** `POST /v1/embeddings`: vectors of length 1 that depend on the text alone, and mean nothing. */
import type { Call } from './call.ts';
import { createSequence, hash32 } from './hash.ts';
import { invalidField } from './refusal.ts';
import { integerField, isArrayOf, isInteger, isString, type JsonObject } from './request.ts';
import type { Generation } from './script.ts';
import { countTokens } from './tokens.ts';

const DEFAULT_DIMENSIONS = 256;
const MAX_DIMENSIONS = 4096;
const MAX_INPUTS = 2048;
/** Numbers in one answer: as JSON they take some 20 bytes each, and an isolate has 128 MB. */
const MAX_NUMBERS = 2 ** 20;

/**
 * The answer is `{object: 'list', data: [{object: 'embedding', index, embedding}], model, usage}`. It has no
 * tokens to wait for or to count: a fault that was ordered after any number of them breaks it.
 *
 * @throws Refusal 400 when the body is not an embedding request.
 */
export function embeddingGeneration(call: Call): Generation {
  const whole = embeddingAnswer(call);
  return {
    stream: false,
    tokens: Number.POSITIVE_INFINITY,
    rounds: 0,
    whole: () => whole,
    opening: () => [],
    round: () => [],
    closing: () => [],
  };
}

function embeddingAnswer({ body, model }: Call): object {
  const dimensions = integerField(body, 'dimensions', 1, MAX_DIMENSIONS) ?? DEFAULT_DIMENSIONS;
  const format = body.encoding_format ?? 'float';
  if (format !== 'float' && format !== 'base64') {
    throw invalidField('encoding_format', '"encoding_format" must be "float" or "base64".');
  }
  const inputs = inputsOf(body);
  if (inputs.length > MAX_INPUTS || inputs.length * dimensions > MAX_NUMBERS) {
    throw invalidField(
      'input',
      `The simulator embeds at most ${MAX_INPUTS} inputs and ${MAX_NUMBERS} numbers (inputs times dimensions).`,
    );
  }
  const data = inputs.map(({ text }, index) => {
    const vector = unitVector(text, dimensions);
    return { object: 'embedding', index, embedding: format === 'float' ? [...vector] : toBase64(vector) };
  });
  const tokens = inputs.reduce((sum, input) => sum + input.tokens, 0);
  return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

interface Input {
  readonly text: string;
  readonly tokens: number;
}

function inputsOf(body: JsonObject): Input[] {
  const { input } = body;
  const ofText = (text: string): Input => ({ text, tokens: countTokens(text) });
  const ofNumbers = (numbers: number[]): Input => ({ text: JSON.stringify(numbers), tokens: numbers.length });
  if (isString(input) && input !== '') return [ofText(input)];
  if (Array.isArray(input) && input.length > 0) {
    if (isArrayOf(isString)(input) && !input.includes('')) return input.map(ofText);
    if (isArrayOf(isInteger)(input)) return [ofNumbers(input)];
    if (isArrayOf(isArrayOf(isInteger))(input)) return input.map(ofNumbers);
  }
  throw invalidField(
    'input',
    '"input" must be text, or token numbers, or an array of either, and not empty.',
  );
}

function unitVector(text: string, dimensions: number): Float32Array {
  const next = createSequence(hash32(text));
  const vector = Float64Array.from({ length: dimensions }, () => 2 * next() - 1);
  const length = Math.hypot(...vector);
  return Float32Array.from(vector, (value) => value / length);
}

/** Little-endian 32-bit floats in base64, as the OpenAI API sends them. */
function toBase64(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(4 * vector.length));
  for (const [index, value] of vector.entries()) view.setFloat32(4 * index, value, true);
  return btoa(String.fromCharCode(...new Uint8Array(view.buffer)));
}
