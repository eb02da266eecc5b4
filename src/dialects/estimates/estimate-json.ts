/** What a JSON request is reckoned to use, route by route. Nothing here is billed: providers tell what they used. */
import { isRecord } from '../../is-record.ts';
import { CHARACTERS_PER_TOKEN, type Quantities, type RequestEstimate } from '../../usage/usage.ts';
import type { RouteId } from '../routes.ts';
import { InputMeter } from './input-meter.ts';
import { choicesOf, generationConfig, limitOfOne } from './output-limits.ts';
import { estimateTextTokens } from './text-tokens.ts';

type Body = Readonly<Record<string, unknown>>;

/** The dearest picture of gpt-image-1. https://platform.openai.com/docs/guides/image-generation#cost-and-latency */
export const IMAGE_OUTPUT_TOKENS = 6240;
/** Each picture on the way. */
const PARTIAL_IMAGE_TOKENS = 100;
/** Some 200 tokens of text are said in a minute, which is 1,250 tokens of sound. */
const SOUND_TOKENS_PER_TEXT_TOKEN = 6;
/** https://docs.cohere.com/v2/docs/rerank-overview: a search is a query with up to 100 documents. */
const DOCUMENTS_PER_SEARCH = 100;
/** Of each tool that the vendor runs, where the request does not bound them. */
const CALLS_PER_TOOL = 3;
/** https://platform.openai.com/docs/guides/tools, https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool */
const BILLED_TOOLS = ['web_search', 'file_search'];

const NO_QUANTITIES: Quantities = {};

export function estimateJson(route: RouteId, body: Body): RequestEstimate {
  const meter = new InputMeter();
  readInput(route, body, meter);
  const choices = choicesOf(route, body);
  const limit = limitOfOne(route, body);
  const quantities = quantitiesOf(route, body);
  return {
    inputTokens: Math.max(1, meter.tokens),
    audioInputTokens: meter.audioTokens,
    isCachedForAnHour: meter.isCachedForAnHour,
    outputLimit: fixedOutput(route, quantities) ?? (limit === null ? null : limit * choices),
    usualOutput: route === 'images.generations' ? imageOutput(body) : null,
    choices,
    mayAnswerInSound: route === 'audio.speech' || asksForSound(body),
    serverToolCalls: toolCalls(body.tools),
    quantities,
  };
}

/** All that is left to say of a request whose body is gone, or that had none. */
export const estimateByLength = (inputCharacters: number): RequestEstimate => ({
  inputTokens: Math.max(1, Math.ceil(inputCharacters / CHARACTERS_PER_TOKEN)),
  audioInputTokens: 0,
  isCachedForAnHour: false,
  outputLimit: null,
  usualOutput: null,
  choices: 1,
  mayAnswerInSound: false,
  serverToolCalls: 0,
  quantities: NO_QUANTITIES,
});

/** Cheap: called for every request. */
export function quantitiesOf(route: RouteId, body: Body): Quantities {
  switch (route) {
    case 'images.generations':
      return { images: choicesOf(route, body) };
    case 'audio.speech': {
      const input = typeof body.input === 'string' ? body.input : '';
      return { characters: input.length, unseenOutputTokens: soundTokens(input, body.speed) };
    }
    case 'rerank': {
      const documents = Array.isArray(body.documents) ? body.documents.length : 1;
      return { searches: Math.max(1, Math.ceil(documents / DOCUMENTS_PER_SEARCH)) };
    }
    default:
      return NO_QUANTITIES;
  }
}

function readInput(route: RouteId, body: Body, meter: InputMeter): void {
  switch (route) {
    case 'chat.completions':
      meter.addMessages(body.messages);
      meter.add(body.documents);
      if (isRecord(body.prediction)) meter.add(body.prediction.content);
      for (const member of [body.tools, body.functions, body.response_format]) meter.addJson(member);
      break;
    case 'completions':
      meter.add([body.prompt, body.suffix]);
      break;
    case 'responses':
      meter.addMessages(body.input);
      meter.add(body.instructions);
      if (isRecord(body.prompt)) meter.add(body.prompt.variables);
      for (const member of [body.tools, body.text]) meter.addJson(member);
      break;
    case 'messages':
      meter.add(body.system);
      meter.addMessages(body.messages);
      for (const member of [body.tools, body.output_format, body.output_config]) meter.addJson(member);
      break;
    case 'gemini.generateContent':
    case 'gemini.streamGenerateContent': {
      const { responseSchema, responseJsonSchema } = generationConfig(body);
      meter.addMessages(body.contents);
      meter.add(body.systemInstruction ?? body.system_instruction);
      for (const member of [body.tools, responseSchema, responseJsonSchema]) meter.addJson(member);
      break;
    }
    case 'gemini.embedContent':
      meter.add([body.content, body.title]);
      break;
    case 'gemini.batchEmbedContents':
      for (const request of listOf(body.requests))
        if (isRecord(request)) meter.add([request.content, request.title]);
      break;
    case 'rerank':
      readRanking(body, meter);
      break;
    case 'messages.count_tokens':
    case 'gemini.countTokens':
      break; // counted, and not read by any model
    default:
      meter.add([body.input, body.instructions, body.prompt]);
  }
}

/** Voyage reads the question anew with each document. */
function readRanking({ query, documents }: Body, meter: InputMeter): void {
  const question = new InputMeter();
  question.add(query);
  meter.add(documents);
  meter.tokens += question.tokens * Math.max(1, listOf(documents).length);
}

/** Output that follows from the route; `null`: it does not. */
function fixedOutput(route: RouteId, { unseenOutputTokens = 0 }: Quantities): number | null {
  switch (route) {
    case 'chat.completions':
    case 'completions':
    case 'responses':
    case 'messages':
    case 'gemini.generateContent':
    case 'gemini.streamGenerateContent':
    case 'images.generations':
      return null;
    case 'audio.speech':
      return unseenOutputTokens;
    default:
      return 0; // vectors, ranks, verdicts, counts
  }
}

const imageOutput = ({ partial_images: partial }: Body): number =>
  IMAGE_OUTPUT_TOKENS + (typeof partial === 'number' && partial > 0 ? partial * PARTIAL_IMAGE_TOKENS : 0);

/** Slower speech is longer. */
function soundTokens(text: string, speed: unknown): number {
  const pace = typeof speed === 'number' && speed > 0 ? Math.min(Math.max(speed, 0.25), 4) : 1;
  return Math.ceil((estimateTextTokens(text) * SOUND_TOKENS_PER_TEXT_TOKEN) / pace);
}

function asksForSound(body: Body): boolean {
  const { responseModalities, response_modalities } = generationConfig(body);
  const asked = [body.modalities, responseModalities, response_modalities].flatMap(listOf);
  return asked.some((modality) => typeof modality === 'string' && modality.toLowerCase() === 'audio');
}

function toolCalls(tools: unknown): number {
  let calls = 0;
  for (const tool of listOf(tools)) {
    const type = isRecord(tool) && typeof tool.type === 'string' ? tool.type : '';
    if (!isRecord(tool) || !BILLED_TOOLS.some((name) => type.startsWith(name))) continue;
    calls += typeof tool.max_uses === 'number' && tool.max_uses >= 0 ? tool.max_uses : CALLS_PER_TOOL;
  }
  return calls;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
