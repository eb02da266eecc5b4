/** Claims about answers that several cells make. */
import { expect } from 'vitest';
import { hasSpecs, loadSpecification, type Specification } from '../openapi.ts';
import type { HeardTurn } from '../stand-ins/script.ts';
import type { FormId } from '../stand-ins/stand-ins.ts';
import type { Conversation, Failed, Got } from './door.ts';
import type { Pair } from './pair.ts';

/** The whole answer and the streamed one, which have to say the same. */
export async function both(begin: () => Conversation): Promise<readonly [Got, Got]> {
  const [whole, streamed] = await Promise.all([begin().send(false), begin().send(true)]);
  expect(essence(streamed)).toEqual(essence(whole));
  return [whole, streamed];
}

/** What two answers of one script have in common; ids are fresh in each. */
export const essence = ({ text, refusal, reasoning, calls, finish, usage }: Got): object => ({
  text,
  refusal,
  reasoning,
  calls: calls.map(({ name, args }) => [name, args]),
  finish,
  usage,
});

/** Forms whose stand-in tells of the cache. */
const TELLS_CACHE: Readonly<Record<FormId, boolean>> = {
  'openai-chat': true,
  'openai-responses': true,
  'anthropic-messages': true,
  gemini: true,
  'bedrock-converse': true,
  'cohere-chat': true,
  'ollama-chat': false,
};
export const usageOf = ({ form }: Pair, input: number, output: number): object => ({
  input,
  output,
  cached: TELLS_CACHE[form] ? 8 : 0,
});

let specification: Specification | null = null;
/** What Edgeway made itself, by the OpenAPI document of the OpenAI API where there is one. */
export function expectValid({ door, isSameForm }: Pair, { raw }: Got, isStream: boolean): void {
  const schema = {
    'openai-chat': isStream ? 'CreateChatCompletionStreamResponse' : 'CreateChatCompletionResponse',
    'openai-responses': isStream ? 'ResponseStreamEvent' : 'Response',
  }[door.id];
  if (schema === undefined || isSameForm || !hasSpecs()) return;
  specification ??= loadSpecification();
  expect(raw.length).toBeGreaterThan(0);
  for (const value of raw) {
    const mistakes = specification.mistakes(schema, value);
    if (mistakes.length > 0) expect([mistakes.slice(0, 6), value]).toEqual([]);
  }
}

/** The error that a call fails with, as the client's own class says it. */
export async function failureOf({ door }: Pair, call: Promise<unknown>): Promise<Failed> {
  let thrown: unknown;
  try {
    const got = await call;
    throw new Error(`the call did not fail: ${JSON.stringify(got).slice(0, 600)}`);
  } catch (error) {
    thrown = error;
  }
  const failed = door.failed(thrown);
  if (failed === null) throw thrown;
  return failed;
}

/** Edgeway's own 400, with the door's word for it, before anybody was called. */
export async function expectRefused(
  pair: Pair,
  label: string,
  call: Promise<unknown>,
  field: RegExp,
): Promise<void> {
  const failed = await failureOf(pair, call);
  expect(failed).toMatchObject({
    status: 400,
    type: expect.stringMatching(/^(invalid_request_error|INVALID_ARGUMENT)$/),
  });
  expect(`${failed.param ?? ''} ${failed.message}`).toMatch(field);
  expect(pair.calls(label)).toEqual([]);
}

/** Turns as role and texts, neighbours of one role as one: forms differ in whether they keep them apart. */
export function gist(turns: readonly HeardTurn[]): [string, string][] {
  const merged: [string, string][] = [];
  for (const { role, texts } of turns) {
    const last = merged.at(-1);
    const said = texts.join('');
    if (said === '') continue;
    if (last?.[0] === role) last[1] += said;
    else merged.push([role, said]);
  }
  return merged;
}
