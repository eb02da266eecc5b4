/** `POST /v1beta/models/{model}:generateContent` and its stream, with `@google/genai`. */
import {
  ApiError,
  type Content,
  FunctionCallingConfigMode,
  type GenerateContentConfig,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part,
} from '@google/genai';
import {
  type Ask,
  asPart,
  type Conversation,
  type Door,
  type Got,
  keepingFetch,
  type Target,
  type UserPart,
} from './door.ts';

export const geminiDoor: Door = {
  id: 'gemini',
  endings: {
    stop: 'STOP',
    'stop-sequence': 'STOP',
    length: 'MAX_TOKENS',
    calls: 'STOP',
    filter: 'SAFETY',
  },
  hasInstructions: false,
  wholeMark: /"finishReason"/,
  open: converse,
  failed(thrown) {
    if (!(thrown instanceof ApiError)) return null;
    const found = /\{"error":.*\}/s.exec(thrown.message)?.[0];
    if (found === undefined) return null;
    const { error } = JSON.parse(found) as { error: { message: string; status: string; details?: Detail[] } }; // Google's shape
    const retry = error.details?.find((one) => one['@type'].endsWith('RetryInfo'))?.retryDelay;
    return {
      status: thrown.status,
      message: error.message,
      type: error.status,
      param: null,
      retryAfter: retry?.replace(/s$/, '') ?? null,
    };
  },
};
type Detail = { '@type': string; retryDelay?: string };

const THINKING_BUDGET = 2048;

function converse(target: Target, ask: Ask): Conversation {
  const { fetch, last, replay } = keepingFetch();
  const client = new GoogleGenAI({
    apiKey: target.key,
    vertexai: false,
    httpOptions: { baseUrl: target.url, fetch },
  });
  const contents: Content[] = [];
  return {
    replay,
    user: (...parts) => {
      contents.push({ role: 'user', parts: parts.map((one) => toPart(asPart(one))) });
    },
    assistant: (text, calls = []) => {
      const said: Part[] = text === '' ? [] : [{ text }];
      const called = calls.map(({ id, name, args }) => ({
        functionCall: { id, name, args: args as Record<string, unknown> }, // the tests' own
      }));
      contents.push({ role: 'model', parts: [...said, ...called] });
    },
    results: (list) => {
      contents.push({
        role: 'user',
        parts: list.map(({ call, text }) => ({
          functionResponse: { id: call.id, name: call.name, response: { output: text } },
        })),
      });
    },
    send: async (stream) => {
      const body = { model: ask.model, contents, config: options(ask) };
      const chunks: GenerateContentResponse[] = [];
      if (stream)
        for await (const chunk of await client.models.generateContentStream(body)) chunks.push(chunk);
      else chunks.push(await client.models.generateContent(body));
      return { ...toGot(chunks), ...(await last()) };
    },
    // Parts that came out may go in; Google's own `Chat` leaves empty ones out.
    keep: ({ native }) => {
      const parts = (native as Part[]).filter((one) => one.text !== '' || one.thoughtSignature !== undefined);
      contents.push({ role: 'model', parts });
    },
  };
}

function options(ask: Ask): GenerateContentConfig {
  const { system, tools, choice, limit, temperature, stop, schema, thinks } = ask;
  return {
    ...(system === undefined ? {} : { systemInstruction: system }),
    ...(tools === undefined
      ? {}
      : {
          tools: [
            {
              functionDeclarations: tools.map(({ name, description, parameters }) => ({
                name,
                description,
                parametersJsonSchema: parameters,
              })),
            },
          ],
        }),
    ...(choice === undefined ? {} : { toolConfig: { functionCallingConfig: toChoice(choice) } }),
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stop === undefined ? {} : { stopSequences: [stop] }),
    ...(thinks === true
      ? { thinkingConfig: { includeThoughts: true, thinkingBudget: THINKING_BUDGET } }
      : {}),
    ...(schema === undefined ? {} : { responseMimeType: 'application/json', responseJsonSchema: schema }),
  };
}

function toChoice(choice: NonNullable<Ask['choice']>): {
  mode: FunctionCallingConfigMode;
  allowedFunctionNames?: string[];
} {
  if (typeof choice === 'object') {
    return { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: [choice.name] };
  }
  const modes = { auto: 'AUTO', none: 'NONE', required: 'ANY' } as const;
  return { mode: FunctionCallingConfigMode[modes[choice]] };
}

function toPart(part: UserPart): Part {
  if ('image' in part) return { inlineData: { mimeType: 'image/png', data: part.image } };
  if ('pdf' in part) return { inlineData: { mimeType: 'application/pdf', data: part.pdf } };
  return { text: part.text };
}

/** Parts of all chunks, one behind the other, as Google's own `Chat` keeps them. */
function toGot(chunks: readonly GenerateContentResponse[]): Omit<Got, 'raw' | 'headers'> {
  const candidates = chunks.flatMap(({ candidates: some }) => some ?? []);
  const parts = candidates.flatMap(({ content }) => content?.parts ?? []);
  const usage = chunks.map(({ usageMetadata }) => usageMetadata).findLast((one) => one !== undefined);
  const blocked = chunks.find(({ promptFeedback }) => promptFeedback?.blockReason !== undefined);
  const finishes = candidates.flatMap(({ finishReason }) => finishReason ?? []);
  return {
    text: parts.map(({ text, thought }) => (thought === true ? '' : (text ?? ''))).join(''),
    refusal: null,
    reasoning: parts.map(({ text, thought }) => (thought === true ? (text ?? '') : '')).join(''),
    calls: parts.flatMap(({ functionCall: call }) =>
      call === undefined ? [] : [{ id: call.id ?? '', name: call.name ?? '', args: call.args ?? {} }],
    ),
    finish: finishes.join(' and ') || `blocked: ${blocked?.promptFeedback?.blockReason}`,
    usage:
      usage === undefined
        ? null
        : {
            input: usage.promptTokenCount ?? 0,
            output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
            cached: usage.cachedContentTokenCount ?? 0,
          },
    native: parts,
  };
}
