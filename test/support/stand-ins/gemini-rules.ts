/**
 * What `models/{model}:generateContent` refuses. Sources: https://ai.google.dev/api/generate-content,
 * https://ai.google.dev/gemini-api/docs/thought-signatures, .../function-calling, and the errors that the API is
 * known for.
 */
import { checked, type Json, Refusal } from './closed.ts';
import { BODY } from './gemini-shape.ts';
import { heardMedia } from './media.ts';
import { checkGeminiSchema, checkObjectSchema, checkSchema } from './schemas.ts';
import { type Heard, type HeardTurn, heardTurn } from './script.ts';
import { unseal } from './seal.ts';

interface Part {
  text?: string;
  inlineData?: { mimeType: string; data: string };
  functionCall?: { id?: string; name: string; args?: Json };
  functionResponse?: { id?: string; name: string; response: Json };
  thought?: boolean;
  thoughtSignature?: string;
}
interface Content {
  role: 'user' | 'model';
  parts: readonly Part[];
}
interface Declaration {
  name: string;
  parameters?: Json;
  parametersJsonSchema?: unknown;
}
interface Body {
  contents: readonly Content[];
  systemInstruction?: { parts: readonly { text: string }[] };
  tools?: readonly { functionDeclarations: readonly Declaration[] }[];
  toolConfig?: { functionCallingConfig?: { mode?: string; allowedFunctionNames?: readonly string[] } };
  generationConfig?: {
    stopSequences?: readonly string[];
    responseMimeType?: string;
    responseSchema?: Json;
    responseJsonSchema?: unknown;
    maxOutputTokens?: number;
    temperature?: number;
    thinkingConfig?: { includeThoughts?: boolean; thinkingBudget?: number; thinkingLevel?: string };
  };
}

export function hearGemini(value: unknown, model: string, wantsStream: boolean): Heard {
  const body = checked<Body>(value, BODY);
  checkTools(body);
  checkGeneration(body, model);
  checkOrder(body.contents);
  if (isThirdGeneration(model)) checkSignaturesAreThere(body.contents);
  const config = body.generationConfig ?? {};
  return {
    model,
    wantsStream,
    wantsUsage: true,
    system: (body.systemInstruction?.parts ?? []).map(({ text: said }) => said),
    turns: body.contents.map(turnOf),
    tools: declarations(body).map(({ name }) => name),
    toolChoice: choiceOf(body),
    schema: config.responseJsonSchema ?? config.responseSchema ?? null,
    limit: config.maxOutputTokens ?? null,
    temperature: config.temperature ?? null,
    stop: config.stopSequences ?? [],
    thinks: config.thinkingConfig?.includeThoughts === true,
  };
}

const isThirdGeneration = (model: string): boolean => /^gemini-([3-9]|\d\d)/.test(model);

const declarations = ({ tools = [] }: Body): Declaration[] =>
  tools.flatMap(({ functionDeclarations }) => functionDeclarations);

function choiceOf({ toolConfig }: Body): string {
  const { mode = 'AUTO', allowedFunctionNames: names = [] } = toolConfig?.functionCallingConfig ?? {};
  if (mode === 'NONE') return 'none';
  if (mode !== 'ANY') return 'auto';
  return names.length === 1 ? (names[0] ?? 'required') : 'required';
}

function checkTools(body: Body): void {
  const all = declarations(body);
  all.forEach(({ name, parameters, parametersJsonSchema }, index) => {
    const path = `tools[0].functionDeclarations[${index}]`;
    if (parameters !== undefined && parametersJsonSchema !== undefined) {
      throw new Refusal(path, 'only one of parameters and parameters_json_schema may be set');
    }
    if (parameters !== undefined) checkGeminiSchema(parameters, `${path}.parameters`);
    if (parametersJsonSchema !== undefined)
      checkObjectSchema(parametersJsonSchema, `${path}.parametersJsonSchema`);
    if (all.findIndex((one) => one.name === name) !== index) {
      throw new Refusal(path, `Duplicate function declaration found: ${name}`);
    }
  });
  const { mode, allowedFunctionNames: names } = body.toolConfig?.functionCallingConfig ?? {};
  if (names !== undefined && mode !== 'ANY' && mode !== 'VALIDATED') {
    throw new Refusal(
      'toolConfig',
      'Allowed function names can only be set when function calling mode is ANY.',
    );
  }
  if (mode === 'ANY' && all.length === 0) {
    throw new Refusal('toolConfig', 'Function calling config is set without function_declarations.');
  }
  const stranger = names?.find((name) => !all.some((one) => one.name === name));
  if (stranger !== undefined) throw new Refusal('toolConfig', `unknown function ${stranger} is allowed`);
}

function checkGeneration({ generationConfig: config = {} }: Body, model: string): void {
  const { responseSchema, responseJsonSchema, responseMimeType, thinkingConfig } = config;
  if (responseSchema !== undefined && responseJsonSchema !== undefined) {
    throw new Refusal('generationConfig', 'only one of response_schema and response_json_schema may be set');
  }
  if ((responseSchema ?? responseJsonSchema) !== undefined && responseMimeType !== 'application/json') {
    throw new Refusal(
      'generationConfig',
      "response_mime_type must be 'application/json' with a response schema",
    );
  }
  if (responseSchema !== undefined) checkGeminiSchema(responseSchema, 'generationConfig.responseSchema');
  if (responseJsonSchema !== undefined)
    checkSchema(responseJsonSchema, 'generationConfig.responseJsonSchema');
  if (thinkingConfig?.thinkingBudget !== undefined && thinkingConfig.thinkingLevel !== undefined) {
    throw new Refusal('generationConfig', 'You can only set only one of thinking budget and thinking level.');
  }
  if (thinkingConfig?.thinkingLevel !== undefined && !isThirdGeneration(model)) {
    throw new Refusal('generationConfig', 'Thinking level is not supported for this model.');
  }
}

/** Responses stand right behind their calls: as many, with their names, and their ids where there are some. */
function checkOrder(contents: readonly Content[]): void {
  if (contents[0]?.role !== 'user') {
    throw new Refusal('contents', 'Please ensure that the first content has the user role.');
  }
  contents.forEach(({ role, parts }, index) => {
    const calls = (contents[index - 1]?.parts ?? []).flatMap(({ functionCall }) => functionCall ?? []);
    const responses = parts.flatMap(({ functionResponse }) => functionResponse ?? []);
    if (calls.length !== responses.length) {
      throw new Refusal(
        'contents',
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      );
    }
    const rest = [...calls];
    for (const { name, id } of responses) {
      const at = rest.findIndex((one) => one.name === name && (one.id === undefined || one.id === id));
      if (at === -1)
        throw new Refusal('contents', `Function response ${name} (${id}) matches no function call.`);
      rest.splice(at, 1);
    }
    const isCalling = parts.some(({ functionCall }) => functionCall !== undefined);
    if (isCalling && (role !== 'model' || contents[index - 1]?.role !== 'user')) {
      throw new Refusal(
        'contents',
        'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
      );
    }
    if (isCalling && index === contents.length - 1) {
      throw new Refusal(
        'contents',
        'Please ensure that the function call turn is followed by a function response turn.',
      );
    }
    if (responses.length > 0 && role !== 'user')
      throw new Refusal('contents', 'Please use a valid role: user, model.');
  });
}

/** In the turn that is under way, the first call of each step has to bring its signature. */
function checkSignaturesAreThere(contents: readonly Content[]): void {
  const begin = contents.findLastIndex(
    ({ role, parts }) =>
      role === 'user' && parts.every(({ functionResponse }) => functionResponse === undefined),
  );
  contents.forEach(({ parts }, index) => {
    const first = parts.find(({ functionCall }) => functionCall !== undefined);
    if (index > begin && first !== undefined && (first.thoughtSignature ?? '') === '') {
      throw new Refusal(
        `contents[${index}]`,
        `Function call is missing a thought_signature in functionCall parts. Function call \`default_api:${first.functionCall?.name}\`.`,
      );
    }
  });
}

/** Documented stand-ins for the signatures of calls that another model made. */
const WAIVERS = ['context_engineering_is_the_way_to_go', 'skip_thought_signature_validator'];

function turnOf({ role, parts }: Content, index: number): HeardTurn {
  let proofs = 0;
  parts.forEach((one, at) => {
    const path = `contents[${index}].parts[${at}]`;
    if (one.text === '' && one.thoughtSignature === undefined) {
      throw new Refusal(path, "required oneof field 'data' must have one initialized field");
    }
    if (one.thoughtSignature === undefined || WAIVERS.includes(one.thoughtSignature)) return;
    if (unseal('google', one.thoughtSignature) !== provenBy(one)) {
      throw new Refusal(path, 'Corrupted thought signature.');
    }
    proofs += 1;
  });
  return heardTurn(role === 'user' ? 'user' : 'assistant', {
    texts: parts.flatMap(({ text: said, thought }) => (said && thought !== true ? [said] : [])),
    media: parts.flatMap(({ inlineData }, at) =>
      inlineData === undefined
        ? []
        : [heardMedia(inlineData.data, inlineData.mimeType, `contents[${index}].parts[${at}].inlineData`)],
    ),
    calls: parts.flatMap(({ functionCall: call }) =>
      call === undefined ? [] : [{ id: call.id ?? null, name: call.name, args: call.args ?? {} }],
    ),
    results: parts.flatMap(({ functionResponse: one }) =>
      one === undefined ? [] : [{ id: one.id ?? null, name: one.name, text: textOf(one.response) }],
    ),
    proofs,
  });
}

/** What a part's signature is bound to: a call, or that it is a text. */
export function provenBy({ functionCall: call }: Pick<Part, 'functionCall'>): string {
  if (call === undefined) return 'text';
  const args = Object.entries(call.args ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([call.name, args]);
}

/** Results are objects here: `output` or `result` holds what a tool said as text. */
function textOf(response: Json): string {
  const said = response.output ?? response.result ?? response.content ?? response.error;
  return typeof said === 'string' ? said : JSON.stringify(said ?? response);
}
