/** What a `GenerateContentResponse` says. */
import { readEvents } from '../sse-reader.ts';
import { Choice, type Finish, type Json, parsed, type Reader, type Said, usageOf } from './said.ts';

const FINISHES: Readonly<Record<string, Finish>> = {
  STOP: 'stop',
  1: 'stop', // integer enums (wire 9)
  MAX_TOKENS: 'length',
};

/** Google bills thoughts apart from candidates (wire 56), and its own tools' text as input. */
function readUsage(responses: readonly Json[]): Said['usage'] {
  const told = responses
    .map(({ usageMetadata }) => usageMetadata)
    .filter((one) => one?.promptTokenCount >= 0);
  const last = told.at(-1);
  if (last === undefined) return null;
  const reasoning = last.thoughtsTokenCount ?? 0;
  return usageOf({
    input: last.promptTokenCount + (last.toolUsePromptTokenCount ?? 0),
    output: (last.candidatesTokenCount ?? 0) + reasoning,
    cacheRead: last.cachedContentTokenCount,
    reasoning,
  });
}

function hear(responses: readonly Json[]): Said {
  const choices = new Map<number, Choice>();
  const choiceAt = (index: number): Choice => {
    const choice = choices.get(index) ?? new Choice();
    choices.set(index, choice);
    return choice;
  };
  for (const { candidates = [], promptFeedback } of responses) {
    if (promptFeedback?.blockReason) choiceAt(0).finish = 'content-filter';
    for (const { content, finishReason, index = 0 } of candidates) {
      const choice = choiceAt(index);
      for (const part of content?.parts ?? []) addPart(choice, part);
      if (finishReason) choice.finish = finishOf(finishReason, choice);
    }
  }
  const all = [...choices].sort(([a], [b]) => a - b).map(([, choice]) => choice);
  return {
    choices: all.map(({ said }) => said),
    usage: readUsage(responses),
    error: null,
    isComplete: all.length > 0 && all.every(({ finish }) => finish !== null),
  };
}

/** Words for answers that are withheld or botched are all one; a call that is there counts all the same (wire 45). */
function finishOf(word: string, { calls }: Choice): Finish {
  if (word === 'UNEXPECTED_TOOL_CALL' && calls.size > 0) return 'tool-calls';
  return FINISHES[word] ?? 'content-filter';
}

function addPart(choice: Choice, part: Json): void {
  if (part.text !== undefined) choice[part.thought ? 'reasoning' : 'text'] += part.text;
  const { name, args, partialArgs } = part.functionCall ?? {};
  if (name) {
    const call = choice.call(choice.calls.size);
    call.name = name;
    call.input = JSON.stringify(args ?? {});
  } else if (partialArgs) {
    const call = [...choice.calls.values()].at(-1);
    if (call === undefined) return;
    const value = JSON.parse(call.input);
    for (const partial of partialArgs) put(value, partial);
    call.input = JSON.stringify(value);
  }
}

/** Arguments as JSON paths (wire 36). */
export function put(target: Json, { jsonPath, stringValue, numberValue }: Json): void {
  const keys = jsonPath.match(/[A-Za-z]\w*|\d+/g).map((key: string) => (/^\d/.test(key) ? Number(key) : key));
  const last = keys.pop();
  let place = target;
  for (const [depth, key] of keys.entries()) {
    place[key] ??= typeof (keys[depth + 1] ?? last) === 'number' ? [] : {};
    place = place[key];
  }
  place[last] = numberValue ?? (place[last] ?? '') + stringValue;
}

function toResponses(bytes: Buffer): Json[] {
  const text = bytes.toString();
  if (!text.startsWith('[')) return parsed(readEvents(bytes).map(({ data }) => data));
  try {
    return JSON.parse(text);
  } catch {
    return elements(text); // cut off
  }
}

/** Whole elements of an array that was cut off. They stand at the margin, one behind the other. */
function elements(text: string): Json[] {
  const ends = [...text.matchAll(/^}/gm)].map(({ index }) => index + 1);
  const end = ends.findLast((place) => parsed([`${text.slice(0, place)}]`]).length > 0);
  return end === undefined ? [] : JSON.parse(`${text.slice(0, end)}]`);
}

export const gemini: Reader = {
  answer: (body) => hear([body]),
  stream(bytes) {
    const responses = toResponses(bytes);
    const errorAt = responses.findIndex(({ error }) => error !== undefined);
    if (errorAt === -1) return hear(responses);
    return { ...hear(responses.slice(0, errorAt)), error: responses[errorAt].error, isComplete: false };
  },
};
