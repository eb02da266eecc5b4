/**
 * What `POST /v1/responses` refuses. Sources: https://platform.openai.com/docs/api-reference/responses/create and the
 * errors that the API is known for.
 */
import { checked, type Json, Refusal } from './closed.ts';
import { heardDataUrl } from './media.ts';
import { BODY } from './openai-responses-shape.ts';
import { checkObjectSchema, checkStrict } from './schemas.ts';
import { type Heard, type HeardMedia, type HeardTurn, heardTurn } from './script.ts';
import { unseal } from './seal.ts';

interface Item {
  type?: string;
  role?: HeardTurn['role'] | 'developer';
  content?: string | readonly Json[];
  id?: string | null;
  call_id?: string;
  name?: string;
  arguments?: string;
  output?: string | readonly Json[];
  encrypted_content?: string | null;
}
export interface ResponsesBody {
  model: string;
  input: string | readonly Item[];
  instructions?: string | null;
  include?: readonly string[] | null;
  max_output_tokens?: number | null;
  reasoning?: { effort?: string | null; summary?: string | null } | null;
  store?: boolean | null;
  stream?: boolean | null;
  temperature?: number | null;
  text?: { format?: { type: string; schema?: Json; strict?: boolean | null } | null } | null;
  tool_choice?: string | { type: string; name?: string } | null;
  tools?: readonly { name: string; parameters?: Json | null; strict?: boolean | null }[] | null;
  parallel_tool_calls?: boolean | null;
}
/** What the answer needs to know of the request beside `Heard`. */
export interface HeardResponses extends Heard {
  readonly wantsEncrypted: boolean;
  readonly wantsSummary: boolean;
}

const isReasoningModel = (model: string): boolean => /^(o\d|gpt-[5-9])/.test(model);

export function hearResponses(value: unknown): HeardResponses {
  const body = checked<ResponsesBody>(value, BODY);
  checkParameters(body);
  checkTools(body);
  const input: readonly Item[] =
    typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input;
  checkOrder(input);
  const isSystem = ({ role }: Item): boolean => role === 'system' || role === 'developer';
  const choice = body.tool_choice ?? 'auto';
  return {
    model: body.model,
    wantsStream: body.stream === true,
    wantsUsage: true,
    system: [
      ...(body.instructions ? [body.instructions] : []),
      ...input.filter(isSystem).map(({ content }) => textsOf(content).join('')),
    ],
    turns: input.flatMap((one, index) => (isSystem(one) ? [] : [turnOf(one, `input[${index}]`, body)])),
    tools: (body.tools ?? []).map(({ name }) => name),
    toolChoice: typeof choice === 'string' ? choice : (choice.name ?? 'auto'),
    schema: body.text?.format?.schema ?? null,
    limit: body.max_output_tokens ?? null,
    temperature: body.temperature ?? null,
    stop: [],
    thinks: isReasoningModel(body.model) && body.reasoning?.effort !== 'none',
    wantsEncrypted: body.include?.includes('reasoning.encrypted_content') === true,
    wantsSummary: (body.reasoning?.summary ?? null) !== null,
  };
}

function checkParameters(body: ResponsesBody): void {
  const unsupported = (param: string): never => {
    throw new Refusal(param, `Unsupported parameter: '${param}' is not supported with this model.`, {
      code: 'unsupported_parameter',
    });
  };
  if (isReasoningModel(body.model)) {
    if (body.reasoning?.effort !== 'none' && (body.temperature ?? 1) !== 1) unsupported('temperature');
  } else {
    if ((body.reasoning?.effort ?? null) !== null) unsupported('reasoning.effort');
    if ((body.reasoning?.summary ?? null) !== null) unsupported('reasoning.summary');
    if (body.include?.includes('reasoning.encrypted_content') === true) {
      throw new Refusal('include', 'Encrypted content is not supported with this model.');
    }
  }
  const format = body.text?.format;
  if (format?.schema !== undefined) {
    const check = format.strict === true ? checkStrict : checkObjectSchema;
    check(format.schema, 'text.format.schema');
  }
  if (format?.type === 'json_object' && !/json/i.test(JSON.stringify(body.input))) {
    throw new Refusal('input', "Response input messages must contain the word 'json' in some form");
  }
}

/** Functions are strict here unless the request says otherwise. */
function checkTools({ tools, tool_choice: choice }: ResponsesBody): void {
  for (const [index, { parameters, strict }] of (tools ?? []).entries()) {
    const path = `tools[${index}].parameters`;
    if (strict !== false) checkStrict(parameters ?? { type: 'object', additionalProperties: false }, path);
    else if (parameters !== null && parameters !== undefined) checkObjectSchema(parameters, path);
  }
  if (
    typeof choice === 'object' &&
    choice?.name !== undefined &&
    !tools?.some(({ name }) => name === choice.name)
  ) {
    throw new Refusal('tool_choice', `Tool choice 'function' not found in 'tools' parameter.`);
  }
  if (choice === 'required' && (tools ?? []).length === 0) {
    throw new Refusal('tool_choice', "Tool choice 'required' must be specified with 'tools' parameter.");
  }
}

function checkOrder(input: readonly Item[]): void {
  const called = new Set<string>();
  const answered = new Set<string>();
  input.forEach((one, index) => {
    const id = one.call_id ?? '';
    if (one.type === 'function_call') called.add(id);
    if (one.type === 'function_call_output') {
      if (!called.has(id)) {
        throw new Refusal('input', `No tool call found for function call output with call_id ${id}.`);
      }
      answered.add(id);
    }
    if (one.type === 'reasoning') {
      const next = input[index + 1];
      const isFollowed =
        next?.type === 'function_call' || next?.role === 'assistant' || next?.type === 'reasoning';
      if (!isFollowed) {
        throw new Refusal(
          'input',
          `Item '${one.id}' of type 'reasoning' was provided without its required following item.`,
        );
      }
    }
  });
  const lost = [...called].find((id) => !answered.has(id));
  if (lost !== undefined) throw new Refusal('input', `No tool output found for function call ${lost}.`);
}

const textsOf = (content: string | readonly Json[] | undefined): string[] =>
  typeof content === 'string'
    ? [content]
    : (content ?? []).flatMap(({ text: said }) => (typeof said === 'string' && said !== '' ? [said] : []));

function turnOf(one: Item, path: string, { store }: ResponsesBody): HeardTurn {
  switch (one.type) {
    case 'function_call':
      return heardTurn('assistant', {
        calls: [{ id: one.call_id ?? null, name: one.name ?? '', args: parse(one.arguments, path) }],
      });
    case 'function_call_output':
      return heardTurn('user', {
        results: [{ id: one.call_id ?? null, name: null, text: textsOf(one.output).join('') }],
        media: mediaOf(one.output, `${path}.output`),
      });
    case 'reasoning':
      return heardTurn('assistant', { proofs: checkReasoning(one, store) });
    default:
      return heardTurn(one.role === 'assistant' ? 'assistant' : 'user', {
        texts: textsOf(one.content),
        media: mediaOf(one.content, `${path}.content`),
      });
  }
}

/** Nothing was stored here, so the thought itself has to come back. */
function checkReasoning(
  { id, encrypted_content: encrypted }: Item,
  store: boolean | null | undefined,
): number {
  if ((encrypted ?? null) === null) {
    const hint = store === false ? ' Items are not persisted when `store` is set to false.' : '';
    throw new Refusal('input', `Item with id '${id}' not found.${hint}`, { status: 404 });
  }
  const proven = unseal('openai', encrypted);
  // Without an id (OpenAI's own Codex leaves it out) the content stands for itself.
  if (proven === null || ((id ?? null) !== null && proven !== id)) {
    throw new Refusal(
      'input',
      `The encrypted content for item ${id} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
      { code: 'invalid_encrypted_content' },
    );
  }
  return 1;
}

function parse(json: string | undefined, path: string): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    throw new Refusal(`${path}.arguments`, 'is no JSON');
  }
}

function mediaOf(content: string | readonly Json[] | undefined, path: string): HeardMedia[] {
  if (typeof content === 'string') return [];
  return (content ?? []).flatMap((part, index) => {
    const at = `${path}[${index}]`;
    if (part.type === 'input_image') return [heardDataUrl(part.image_url, `${at}.image_url`)];
    if (part.type !== 'input_file') return [];
    if (typeof part.filename !== 'string' || part.filename === '') {
      throw new Refusal(`${at}.filename`, 'Missing required parameter', { kind: 'missing' });
    }
    return [heardDataUrl(part.file_data, `${at}.file_data`)];
  });
}
