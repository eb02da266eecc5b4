/**
 * Providers that answer with what they were asked, and for whom: who reads an answer sees whether it is theirs. Usage is
 * as large as that of real requests, whose texts would only make the simulation slow.
 */
import type { Alias, TenantName } from './tenants.ts';

export type Body = Readonly<Record<string, unknown>>;

/** Tokens of one request, in and out. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
}

/** Everything in a chat request that its answer depends on; the same in OpenAI's words and in Anthropic's. */
export function chatSaid(tenant: TenantName, body: Body): string {
  const { system, messages, temperature, seed, max_tokens, max_completion_tokens } = body;
  const turns = (messages as readonly Body[]).map(({ role, content }) => `${role}: ${textOf(content)}`);
  const texts = system === undefined ? turns : [`system: ${textOf(system)}`, ...turns];
  const limit = max_completion_tokens ?? max_tokens;
  return JSON.stringify({ tenant, texts, temperature, seed, limit });
}

/** A text, or a list with one block of text. */
const textOf = (content: unknown): string =>
  typeof content === 'string' ? content : ((content as readonly { readonly text: string }[])[0]?.text ?? '');

/** A vector that no other text of anybody has. */
export function vectorOf(tenant: TenantName, text: string): readonly number[] {
  const said = `${tenant}/${text}`;
  return [hash(said, 1), hash(said, 2), hash(said, 3), 1].map((whole) => whole / 2 ** 20);
}

/** 20 bits of FNV-1a. */
export function hash(text: string, salt: number): number {
  let state = 0x811c9dc5 ^ salt;
  for (let i = 0; i < text.length; i += 1) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return (state >>> 0) >>> 12;
}

const SIZES: Readonly<Record<Alias, Tokens>> = {
  assistant: { input: 700, output: 180 },
  analyst: { input: 6000, output: 350 },
  vectors: { input: 120, output: 0 },
};

/** A third more or less than usual; the same for the same text. */
export function tokensOf(alias: Alias, text: string): Tokens {
  const vary = (usual: number, salt: number) =>
    Math.round(usual * (2 / 3 + (2 / 3) * (hash(text, salt) / 2 ** 20)));
  const { input, output } = SIZES[alias];
  return { input: vary(input, 4), output: vary(output, 5) };
}

/** The answer to a call that was made for `tenant`. */
export function answer(url: string, body: Body, tenant: TenantName): Response {
  if (url.endsWith('/embeddings')) return Response.json(embeddings(body, tenant));
  const said = chatSaid(tenant, body);
  return Response.json(url.endsWith('/messages') ? message(said) : completion(said));
}

function completion(content: string): object {
  const { input, output } = tokensOf('assistant', content);
  return {
    id: 'chatcmpl-simulated',
    object: 'chat.completion',
    created: 1_795_219_200,
    model: 'gpt-4.1-mini',
    choices: [{ index: 0, message: { role: 'assistant', content }, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  };
}

function message(text: string): object {
  const { input, output } = tokensOf('analyst', text);
  return {
    id: 'msg_simulated',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: input, output_tokens: output },
  };
}

function embeddings({ input, model }: Body, tenant: TenantName): object {
  const texts = typeof input === 'string' ? [input] : (input as readonly string[]);
  const tokens = texts.reduce((sum, text) => sum + tokensOf('vectors', text).input, 0);
  return {
    object: 'list',
    data: texts.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(tenant, text) })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
