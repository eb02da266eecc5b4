/** Google's Gemini API: answers, streams and errors as the recordings show them. */
import { Refusal } from './closed.ts';
import {
  type Answer,
  type Form,
  type Incoming,
  RETRY_AFTER,
  randomId,
  refuseHeaders,
  SECRET,
} from './form.ts';
import { hearGemini, provenBy } from './gemini-rules.ts';
import { cut, type Failure, type Heard, type Script, type ScriptPart, type ScriptUsage } from './script.ts';
import { seal } from './seal.ts';

export const gemini: Form = {
  dialect: 'gemini',
  base: '/v1beta',
  hear(incoming) {
    const { model, wantsStream } = addressOf(incoming);
    const { headers } = incoming;
    refuseHeaders(headers, ['authorization', 'x-api-key']);
    if (headers['x-goog-api-key'] !== SECRET) {
      throw new Refusal('', 'API key not valid. Please pass a valid API key.', { code: 'API_KEY_INVALID' });
    }
    return hearGemini(incoming.body, model, wantsStream);
  },
  refuse({ path, kind, message, status, code }): Answer {
    const at = path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const parent = at.replace(/\.?[^.]*$/, '');
    const said =
      kind === 'unknown'
        ? `Invalid JSON payload received. Unknown name "${at.split('.').at(-1)}" at '${parent}': Cannot find field.`
        : `* GenerateContentRequest.${at}: ${message}`;
    const reason =
      code === null ? [] : [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code }];
    const name = status === 404 ? 'NOT_FOUND' : 'INVALID_ARGUMENT';
    return { status, body: errorBody(status, path === '' ? message : said, name, reason) };
  },
  fail,
  whole: (script, heard) => ({
    ...(script.blocksPrompt === true ? BLOCKED : { candidates: [candidate(script, partsOf(script), true)] }),
    usageMetadata: usageOf(script.usage),
    modelVersion: heard.model,
    responseId: randomId('', 22),
  }),
  stream: (script, heard) => ({ contentType: 'text/event-stream', pieces: events(script, heard) }),
};

function addressOf({ method, url }: Incoming): { model: string; wantsStream: boolean } {
  const [, model, operation] = /^\/v1(?:beta)?\/models\/([^/:]+):(\w+)$/.exec(url.pathname) ?? [];
  const wantsStream = operation === 'streamGenerateContent';
  const query = wantsStream ? '?alt=sse' : '';
  if (method !== 'POST' || model === undefined || (!wantsStream && operation !== 'generateContent')) {
    throw new Refusal('', `no such route: ${method} ${url.pathname}`, { status: 404 });
  }
  if (url.search !== query) throw new Refusal('', `unexpected query ${url.search}`);
  return { model, wantsStream };
}

const errorBody = (
  code: number,
  message: string,
  status: string,
  details: readonly object[] = [],
): object => ({
  error: { code, message, status, ...(details.length === 0 ? {} : { details }) },
});

function fail(failure: Failure): Answer {
  switch (failure) {
    case 'rate-limit': {
      const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${RETRY_AFTER}s` };
      const message = 'You exceeded your current quota, please check your plan and billing details.';
      return { status: 429, body: errorBody(429, message, 'RESOURCE_EXHAUSTED', [retry]) };
    }
    case 'bad-request': {
      const message =
        'The input token count (3333404) exceeds the maximum number of tokens allowed (1048576).';
      return { status: 400, body: errorBody(400, message, 'INVALID_ARGUMENT') };
    }
    case 'overloaded':
      return { status: 503, body: errorBody(503, 'The model is overloaded, says Google.', 'UNAVAILABLE') };
    case 'server-error':
      return { status: 500, body: errorBody(500, 'Broken, says Google.', 'INTERNAL') };
  }
}

const FINISH = {
  stop: 'STOP',
  'stop-sequence': 'STOP',
  length: 'MAX_TOKENS',
  calls: 'STOP',
  refusal: 'SAFETY',
  filtered: 'SAFETY',
} as const;

/** Thoughts stand beside the candidates' tokens, not within. */
const usageOf = ({ input, cached, output, reasoning }: ScriptUsage): object => ({
  promptTokenCount: input,
  candidatesTokenCount: output - reasoning,
  totalTokenCount: input + output,
  cachedContentTokenCount: cached,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: input }],
  ...(reasoning === 0 ? {} : { thoughtsTokenCount: reasoning }),
  serviceTier: 'standard',
});

/** A prompt that is not even read has no candidates. */
const BLOCKED = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } };

type Part = Record<string, unknown>;

/** The first call is signed; so is the text behind a thought. */
function partsOf({ parts }: Script): Part[] {
  const firstCall = parts.find(({ type }) => type === 'call');
  const thinks = parts.some(({ type }) => type === 'reasoning');
  return parts.flatMap((part) => partOf(part, part === firstCall, thinks));
}

function partOf(part: ScriptPart, isFirstCall: boolean, thinks: boolean): Part[] {
  switch (part.type) {
    case 'reasoning':
      return [{ text: part.text, thought: true }];
    case 'redacted':
    case 'refusal':
      return [];
    case 'text':
      return [{ text: part.text, ...(thinks ? { thoughtSignature: seal('google', provenBy({})) } : {}) }];
    case 'call': {
      const call = { name: part.name, args: part.args, id: randomId('', 8) };
      return [{ functionCall: call, ...(isFirstCall ? { thoughtSignature: signCall(part) } : {}) }];
    }
  }
}

const signCall = ({ name, args }: Extract<ScriptPart, { type: 'call' }>): string =>
  seal('google', provenBy({ functionCall: { name, args } }));

function candidate({ finish }: Script, parts: readonly Part[], isLast: boolean): object {
  const isRefused = finish === 'refusal';
  const content = isRefused ? {} : { ...(parts.length === 0 ? {} : { parts }), role: 'model' };
  const rating = { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: 'HIGH', blocked: true };
  return {
    content,
    ...(isLast ? { finishReason: FINISH[finish] } : {}),
    index: 0,
    ...(isRefused ? { safetyRatings: [rating] } : {}),
    ...(finish === 'calls' && isLast ? { finishMessage: 'Model generated function call(s).' } : {}),
  };
}

function events(script: Script, heard: Heard): string[] {
  const id = randomId('', 22);
  const { usage } = script;
  // The first counts are provisional, and there are none of candidates before the end.
  const early = { promptTokenCount: usage.input + 1, totalTokenCount: usage.input + 1 };
  const chunk = (parts: readonly Part[], isLast: boolean): string => {
    const event = {
      ...(script.blocksPrompt === true ? BLOCKED : { candidates: [candidate(script, parts, isLast)] }),
      usageMetadata: isLast ? usageOf(usage) : early,
      modelVersion: heard.model,
      responseId: id,
    };
    return `data: ${JSON.stringify(event)}\r\n\r\n`;
  };
  const pieces: string[] = [];
  let trailing: Part[] = [];
  for (const part of partsOf(script)) {
    if (typeof part.text !== 'string') {
      pieces.push(chunk([part], false));
      continue;
    }
    const { text, thoughtSignature, ...rest } = part;
    for (const piece of cut(String(text))) pieces.push(chunk([{ text: piece, ...rest }], false));
    // The proof of a text comes at the very end, in a part that holds nothing else.
    if (thoughtSignature !== undefined) trailing = [{ text: '', thoughtSignature }];
  }
  if (script.breaks === 'error')
    return [...pieces, `data: ${JSON.stringify(fail('overloaded').body)}\r\n\r\n`];
  if (script.breaks !== undefined) return pieces;
  if (trailing.length === 0 && script.finish === 'stop') trailing = [{ text: '' }];
  return [...pieces, chunk(trailing, true)];
}
