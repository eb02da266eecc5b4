/**
 * What Bedrock's Converse refuses, with a Claude behind it. Sources:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and the errors that it is known for.
 */

import { BODY } from './bedrock-converse-shape.ts';
import { checked, type Json, Refusal } from './closed.ts';
import { heardMedia } from './media.ts';
import { checkClaudeStrict, checkObjectSchema } from './schemas.ts';
import { type Heard, type HeardMedia, type HeardTurn, heardTurn } from './script.ts';
import { unseal } from './seal.ts';

interface Block {
  text?: string;
  image?: { format: string; source: { bytes?: string } };
  document?: { format: string; name: string; source: { bytes?: string } };
  toolUse?: { toolUseId: string; name: string; input: Json };
  toolResult?: { toolUseId: string; content: readonly (Block & { json?: Json })[] };
  reasoningContent?: { reasoningText?: { text: string; signature?: string }; redactedContent?: string };
}
interface Body {
  messages: readonly { role: 'user' | 'assistant'; content: readonly Block[] }[];
  system?: readonly { text?: string }[];
  inferenceConfig?: {
    maxTokens?: number;
    temperature?: number;
    topP?: number;
    stopSequences?: readonly string[];
  };
  toolConfig?: {
    tools: readonly { toolSpec?: { name: string; inputSchema: { json: Json }; strict?: boolean } }[];
    toolChoice?: { auto?: object; any?: object; tool?: { name: string } };
  };
  additionalModelRequestFields?: { thinking?: { type?: string; budget_tokens?: number }; top_k?: number };
  outputConfig?: { textFormat: { structure: { jsonSchema: { schema: string } } } };
}

export function hearConverse(value: unknown, model: string, wantsStream: boolean): Heard {
  const body = checked<Body>(value, BODY);
  const schema = parseSchema(body);
  checkTools(body);
  checkThinking(body);
  checkOrder(body);
  const choice = body.toolConfig?.toolChoice;
  return {
    model,
    wantsStream,
    wantsUsage: true,
    system: (body.system ?? []).flatMap(({ text: said }) => said ?? []),
    turns: body.messages.map(({ role, content }, index) =>
      turnOf(role, content, `messages.${index}.content`),
    ),
    tools: specs(body).map(({ name }) => name),
    toolChoice: choice?.tool?.name ?? (choice?.any === undefined ? 'auto' : 'required'),
    schema,
    limit: body.inferenceConfig?.maxTokens ?? null,
    temperature: body.inferenceConfig?.temperature ?? null,
    stop: body.inferenceConfig?.stopSequences ?? [],
    thinks: body.additionalModelRequestFields?.thinking?.type === 'enabled',
  };
}

const specs = ({ toolConfig }: Body): { name: string; inputSchema: { json: Json }; strict?: boolean }[] =>
  (toolConfig?.tools ?? []).flatMap(({ toolSpec: spec }) => spec ?? []);

function parseSchema({ outputConfig }: Body): unknown {
  if (outputConfig === undefined) return null;
  const path = 'outputConfig.textFormat.structure.jsonSchema.schema';
  try {
    const schema: unknown = JSON.parse(outputConfig.textFormat.structure.jsonSchema.schema);
    checkClaudeStrict(schema, path);
    return schema;
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(path, 'is no JSON');
  }
}

function checkTools(body: Body): void {
  specs(body).forEach(({ inputSchema, strict }, index) => {
    const path = `toolConfig.tools.${index}.toolSpec.inputSchema.json`;
    (strict === true ? checkClaudeStrict : checkObjectSchema)(inputSchema.json, path);
  });
  const usesTools = body.messages.some(({ content }) =>
    content.some(({ toolUse, toolResult }) => toolUse !== undefined || toolResult !== undefined),
  );
  if (usesTools && body.toolConfig === undefined) {
    throw new Refusal(
      '',
      'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    );
  }
  const named = body.toolConfig?.toolChoice?.tool?.name;
  if (named !== undefined && !specs(body).some(({ name }) => name === named)) {
    throw new Refusal('toolConfig.toolChoice', `The tool ${named} is not among the tools.`);
  }
}

function checkThinking({
  additionalModelRequestFields: fields,
  inferenceConfig = {},
  toolConfig,
}: Body): void {
  const { thinking } = fields ?? {};
  if (thinking?.type === undefined || thinking.type === 'disabled') return;
  if (thinking.type !== 'enabled') throw new Refusal('thinking.type', 'is not supported on this model');
  const budget = thinking.budget_tokens ?? 0;
  if (budget < 1024) throw new Refusal('thinking.enabled.budget_tokens', 'Input should be at least 1024');
  if (budget >= (inferenceConfig.maxTokens ?? 4096)) {
    throw new Refusal('', '`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
  if ((inferenceConfig.temperature ?? 1) !== 1) {
    throw new Refusal('', '`temperature` may only be set to 1 when thinking is enabled.');
  }
  if (fields?.top_k !== undefined) throw new Refusal('', '`top_k` must be unset when thinking is enabled.');
  if (toolConfig?.toolChoice !== undefined && toolConfig.toolChoice.auto === undefined) {
    throw new Refusal('', 'Thinking may not be enabled when tool_choice forces tool use.');
  }
}

function checkOrder({ messages }: Body): void {
  const names = messages.flatMap(({ content }) => content.flatMap(({ document: one }) => one?.name ?? []));
  if (new Set(names).size < names.length) throw new Refusal('', 'Duplicate document names are not allowed.');
  messages.forEach(({ role, content }, index) => {
    if (index === 0 && role !== 'user') {
      throw new Refusal(
        '',
        'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
      );
    }
    if (index > 0 && messages[index - 1]?.role === role) {
      throw new Refusal(
        '',
        `A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.`,
      );
    }
    const called = (messages[index - 1]?.content ?? []).flatMap(({ toolUse }) => toolUse?.toolUseId ?? []);
    const answered = content.flatMap(({ toolResult }) => toolResult?.toolUseId ?? []);
    const lost = called.filter((id) => !answered.includes(id));
    if (lost.length > 0) {
      throw new Refusal(
        '',
        `Expected toolResult blocks at messages.${index}.content for the following Ids: ${lost.join(', ')}`,
      );
    }
    if (answered.length > called.length || new Set(answered).size < answered.length) {
      throw new Refusal(
        '',
        `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`,
      );
    }
    if (
      content.some(({ document: one }) => one !== undefined) &&
      !content.some(({ text: said }) => said !== undefined)
    ) {
      throw new Refusal('', 'A text block is required when a document is in the message.');
    }
    if (index === messages.length - 1 && role === 'assistant') {
      throw new Refusal(
        '',
        'This model does not support assistant message prefill. The conversation must end with a user message.',
      );
    }
  });
}

function turnOf(role: 'user' | 'assistant', content: readonly Block[], path: string): HeardTurn {
  return heardTurn(role, {
    texts: content.flatMap(({ text: said }) => said ?? []),
    media: content.flatMap((one, index) => mediaOf(one, `${path}.${index}`)),
    calls: content.flatMap(({ toolUse: call }) =>
      call === undefined ? [] : [{ id: call.toolUseId, name: call.name, args: call.input }],
    ),
    results: content.flatMap(({ toolResult: one }) =>
      one === undefined ? [] : [{ id: one.toolUseId, name: null, text: one.content.map(saidBy).join('') }],
    ),
    proofs: content.filter((one, index) => checkProof(one, `${path}.${index}`)).length,
  });
}

const saidBy = ({ text: said, json }: { text?: string; json?: Json }): string =>
  said ?? (json === undefined ? '' : JSON.stringify(json));

function checkProof({ reasoningContent: thought }: Block, path: string): boolean {
  if (thought === undefined) return false;
  const { reasoningText, redactedContent } = thought;
  const isGood =
    reasoningText === undefined
      ? unseal('anthropic', Buffer.from(redactedContent ?? '', 'base64').toString()) !== null
      : unseal('anthropic', reasoningText.signature) === reasoningText.text;
  if (!isGood) throw new Refusal('', `${path}: Invalid \`signature\` in \`thinking\` block`);
  return true;
}

function mediaOf({ image: one, document: file, toolResult }: Block, path: string): HeardMedia[] {
  if (toolResult !== undefined) return toolResult.content.flatMap((inner) => mediaOf(inner, path));
  if (one?.source.bytes !== undefined) return [heardMedia(one.source.bytes, `image/${one.format}`, path)];
  if (file?.source.bytes !== undefined && file.format === 'pdf') {
    return [heardMedia(file.source.bytes, 'application/pdf', path)];
  }
  return [];
}
