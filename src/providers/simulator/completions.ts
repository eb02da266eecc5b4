/** `POST /v1/completions`: the older text form. Without `max_tokens` the answer is not cut. */
import { answerText, type CutText, cutText } from './answer.ts';
import type { Call } from './call.ts';
import { invalidField } from './refusal.ts';
import {
  booleanField,
  integerField,
  isArrayOf,
  isInteger,
  isString,
  type JsonObject,
  stopSequences,
  wantsUsage,
} from './request.ts';
import type { Generation } from './script.ts';
import { countTokens, toUsage } from './tokens.ts';

/** The largest number of prompts times `n`. */
const MAX_CHOICES = 20;

interface Prompt {
  /** `''` for a prompt of token numbers, which only their tokenizer could read. */
  readonly text: string;
  readonly tokens: number;
}

interface TextChoice extends CutText {
  /** The prompt, when `echo` asks for it. */
  readonly echo: string;
}

/** @throws Refusal 400 when the body is not a completion request. */
export function completionGeneration(call: Call): Generation {
  const { body } = call;
  const stream = booleanField(body, 'stream');
  const prompts = promptsOf(body);
  const choices = textChoices(call, prompts);
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const tokens = sum(choices.map(({ pieces }) => pieces.length));
  const usage = toUsage(sum(prompts.map((prompt) => prompt.tokens)), tokens);
  const withUsage = wantsUsage(body);

  const answer = (list: object[]) => ({
    id: `cmpl-sim-${call.key}`,
    object: 'text_completion',
    created: call.created,
    model: call.model,
    system_fingerprint: 'fp_edgeway_simulator',
    choices: list,
  });
  const choice = (index: number, text: string, finishReason: string | null) => ({
    index,
    text,
    logprobs: null,
    finish_reason: finishReason && (call.behaviour.finish_reason ?? finishReason),
  });
  const chunk = (index: number, text: string, finishReason: string | null = null) => ({
    ...answer([choice(index, text, finishReason)]),
    ...(withUsage ? { usage: null } : {}),
  });

  return {
    stream,
    tokens,
    rounds: Math.max(...choices.map(({ pieces }) => pieces.length)),
    whole: () => ({
      ...answer(
        choices.map(({ echo, pieces, finishReason }, index) =>
          choice(index, echo + pieces.join(''), finishReason),
        ),
      ),
      usage,
    }),
    opening: () => choices.flatMap(({ echo }, index) => (echo === '' ? [] : [chunk(index, echo)])),
    round: (round) =>
      choices.flatMap(({ pieces }, index) => {
        const piece = pieces[round];
        return piece === undefined ? [] : [chunk(index, piece)];
      }),
    closing: () => [
      ...choices.map(({ finishReason }, index) => chunk(index, '', finishReason)),
      ...(withUsage ? [{ ...answer([]), usage }] : []),
    ],
  };
}

function textChoices({ body, behaviour }: Call, prompts: Prompt[]): TextChoice[] {
  const choices = integerField(body, 'n', 1, MAX_CHOICES) ?? 1;
  const maxTokens = integerField(body, 'max_tokens', 0, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY;
  const stop = stopSequences(body);
  const echo = booleanField(body, 'echo');
  if (prompts.length * choices > MAX_CHOICES) {
    throw invalidField('prompt', `The simulator makes at most ${MAX_CHOICES} completions for a request.`);
  }
  return prompts.flatMap(({ text }) =>
    Array.from({ length: choices }, (_, choice) => {
      const answer = answerText({ question: text, choice, choices, tokens: behaviour.answer_tokens });
      return { echo: echo ? text : '', ...cutText(echo ? ` ${answer}` : answer, maxTokens, stop) };
    }),
  );
}

function promptsOf(body: JsonObject): Prompt[] {
  const prompt = body.prompt ?? '';
  const ofText = (text: string): Prompt => ({ text, tokens: countTokens(text) });
  const ofNumbers = (numbers: number[]): Prompt => ({ text: '', tokens: numbers.length });
  if (isString(prompt)) return [ofText(prompt)];
  if (Array.isArray(prompt) && prompt.length > 0) {
    if (isArrayOf(isString)(prompt)) return prompt.map(ofText);
    if (isArrayOf(isInteger)(prompt)) return [ofNumbers(prompt)];
    if (isArrayOf(isArrayOf(isInteger))(prompt)) return prompt.map(ofNumbers);
  }
  throw invalidField('prompt', '"prompt" must be a string, an array of strings, or token numbers.');
}
