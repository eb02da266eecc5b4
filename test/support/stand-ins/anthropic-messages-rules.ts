/**
 * What `POST /v1/messages` refuses. Sources: https://platform.claude.com/docs/en/api/messages, .../extended-thinking,
 * .../adaptive-thinking, .../tool-use, and the errors that the API is known for.
 */

import { BODY } from './anthropic-messages-shape.ts';
import { checked, isJson, type Json, Refusal } from './closed.ts';
import { heardMedia } from './media.ts';
import { checkClaudeStrict, checkObjectSchema } from './schemas.ts';
import { type Heard, type HeardMedia, type HeardTurn, heardTurn } from './script.ts';
import { unseal } from './seal.ts';

type Block = Json & { readonly type: string };
interface Message {
  role: 'user' | 'assistant';
  content: string | readonly Block[];
}
interface Body {
  model: string;
  max_tokens: number;
  messages: readonly Message[];
  system?: string | readonly { text: string }[];
  stop_sequences?: readonly string[];
  stream?: boolean;
  temperature?: number;
  top_k?: number;
  top_p?: number;
  tools?: readonly { name: string; input_schema: Json; strict?: boolean }[];
  tool_choice?: { type: string; name?: string };
  thinking?: { type: 'enabled' | 'adaptive' | 'disabled'; budget_tokens?: number };
  output_config?: { effort?: string; format?: { schema: Json } };
}

/** `claude-sonnet-4-5` is 4.05; a name without a number is newer than all. */
export function claudeVersion(model: string): number {
  const [, major, minor] = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(model) ?? [];
  return major === undefined ? 99 : Number(major) + Number(minor ?? 0) / 100;
}

/** The first is the one that has no sampling any more: https://platform.claude.com/docs/en/api/versioning */
export const VERSIONS = ['2026-10-21', '2023-06-01'];

export function hearMessages(value: unknown, version: string): Heard {
  const body = checked<Body>(value, BODY);
  if (version === VERSIONS[0]) {
    const gone = (['temperature', 'top_p', 'top_k'] as const).find((name) => body[name] !== undefined);
    if (gone !== undefined) throw new Refusal(gone, 'Extra inputs are not permitted', { kind: 'unknown' });
  }
  const blocksOf = body.messages.map(({ content }): readonly Block[] =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  );
  checkThinking(body, blocksOf);
  checkSampling(body);
  checkTools(body);
  checkOrder(body, blocksOf);
  checkMarkers(body);
  const choice = body.tool_choice;
  return {
    model: body.model,
    wantsStream: body.stream === true,
    wantsUsage: true,
    system:
      typeof body.system === 'string' ? [body.system] : (body.system ?? []).map(({ text: said }) => said),
    turns: body.messages.map(({ role }, index) =>
      turnOf(role, blocksOf[index] ?? [], `messages[${index}].content`),
    ),
    tools: (body.tools ?? []).map(({ name }) => name),
    toolChoice:
      choice === undefined ? 'auto' : choice.type === 'any' ? 'required' : (choice.name ?? choice.type),
    schema: body.output_config?.format?.schema ?? null,
    limit: body.max_tokens,
    temperature: body.temperature ?? null,
    stop: body.stop_sequences ?? [],
    thinks: body.thinking !== undefined && body.thinking.type !== 'disabled',
  };
}

function checkThinking(body: Body, content: readonly (readonly Block[])[]): void {
  const { thinking, max_tokens: limit, temperature, top_p: topP, top_k: topK, tool_choice: choice } = body;
  const version = claudeVersion(body.model);
  const last = body.messages.length - 1;
  if (body.output_config?.effort !== undefined && version < 4.06 && !/opus-4-5/.test(body.model)) {
    throw new Refusal('output_config.effort', 'This model does not support the effort parameter.');
  }
  if (body.messages[last]?.role === 'assistant' && (version >= 4.06 || thinking?.type === 'enabled')) {
    throw new Refusal('', 'This model does not support assistant message prefill.');
  }
  if (thinking === undefined || thinking.type === 'disabled') return;
  if (thinking.type === 'enabled' && version >= 4.07) {
    throw new Refusal('thinking.type', '"thinking.type.enabled" is not supported for this model.');
  }
  if (thinking.type === 'adaptive' && version < 4.06) {
    throw new Refusal('thinking.type', 'adaptive thinking is not supported on this model');
  }
  if (thinking.budget_tokens !== undefined && thinking.budget_tokens >= limit) {
    throw new Refusal('', '`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
  if (temperature !== undefined && temperature !== 1) {
    throw new Refusal('', '`temperature` may only be set to 1 when thinking is enabled.');
  }
  if (topK !== undefined) throw new Refusal('', '`top_k` must be unset when thinking is enabled.');
  if (topP !== undefined && topP < 0.95) {
    throw new Refusal('', '`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.');
  }
  if (choice?.type === 'any' || choice?.type === 'tool') {
    throw new Refusal('', 'Thinking may not be enabled when tool_choice forces tool use.');
  }
  const answers = content[last]?.some(({ type }) => type === 'tool_result') === true;
  const called = content[last - 1]?.[0]?.type ?? '';
  if (thinking.type === 'enabled' && answers && !/thinking/.test(called)) {
    throw new Refusal(
      `messages[${last - 1}].content[0].type`,
      `Expected \`thinking\` or \`redacted_thinking\`, but found \`${called}\`.`,
    );
  }
}

function checkSampling({ model, temperature, top_p: topP, top_k: topK }: Body): void {
  const version = claudeVersion(model);
  if (version >= 4.01 && temperature !== undefined && topP !== undefined) {
    throw new Refusal(
      '',
      '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    );
  }
  if (version < 4.07) return;
  if ((temperature ?? 1) !== 1) throw new Refusal('temperature', 'is not supported by this model');
  if (topK !== undefined) throw new Refusal('top_k', 'is not supported by this model');
  if (topP !== undefined && topP < 0.99) throw new Refusal('top_p', 'is not supported by this model');
}

function checkTools({ tools = [], tool_choice: choice, output_config: output }: Body): void {
  tools.forEach(({ input_schema: schema, strict }, index) => {
    const path = `tools[${index}].custom.input_schema`;
    (strict === true ? checkClaudeStrict : checkObjectSchema)(schema, path);
  });
  const names = tools.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new Refusal('tools', 'Tool names must be unique.');
  if (choice !== undefined && tools.length === 0) {
    throw new Refusal('tool_choice', 'tool_choice may only be specified while providing tools.');
  }
  if (choice?.name !== undefined && !names.includes(choice.name)) {
    throw new Refusal('tool_choice', `Tool '${choice.name}' not found in provided tools`);
  }
  if (output?.format !== undefined) checkClaudeStrict(output.format.schema, 'output_config.format.schema');
}

function checkOrder({ messages }: Body, content: readonly (readonly Block[])[]): void {
  messages.forEach(({ role }, index) => {
    const path = `messages[${index}]`;
    if (role !== (index % 2 === 0 ? 'user' : 'assistant')) {
      throw new Refusal(path, 'roles must alternate between "user" and "assistant", beginning with "user"');
    }
    const own = content[index] ?? [];
    const called = (content[index - 1] ?? []).filter(({ type }) => type === 'tool_use').map(({ id }) => id);
    const answered = own.filter(({ type }) => type === 'tool_result').map((one) => one.tool_use_id);
    const lost = called.filter((id) => !answered.includes(id));
    if (lost.length > 0) {
      throw new Refusal(
        `messages[${index - 1}]`,
        `\`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${lost.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }
    const unexpected = answered.find((id, at) => !called.includes(id) || answered.indexOf(id) !== at);
    if (unexpected !== undefined) {
      throw new Refusal(
        `${path}.content`,
        `unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${String(unexpected)}`,
      );
    }
    if (own.findLastIndex(({ type }) => type === 'tool_result') >= answered.length) {
      throw new Refusal(`${path}.content`, '`tool_result` blocks must come before all other content');
    }
    const ids = own.filter(({ type }) => type === 'tool_use').map(({ id }) => id);
    if (new Set(ids).size < ids.length) throw new Refusal(`${path}.content`, '`tool_use` ids must be unique');
    if (index === messages.length - 1 && ids.length > 0) {
      throw new Refusal(path, '`tool_use` ids were found without `tool_result` blocks immediately after');
    }
  });
  const last = content.at(-1)?.at(-1);
  if (messages.at(-1)?.role === 'assistant' && /\s$/.test(String(last?.text ?? ''))) {
    throw new Refusal('messages', 'final assistant content cannot end with trailing whitespace');
  }
}

function checkMarkers(body: Body): void {
  const markers = JSON.stringify(body).match(/"cache_control":\{/g)?.length ?? 0;
  if (markers > 4) {
    throw new Refusal('', `A maximum of 4 blocks with cache_control may be provided. Found ${markers}.`);
  }
}

function turnOf(role: Message['role'], content: readonly Block[], path: string): HeardTurn {
  return heardTurn(role, {
    texts: content.flatMap(({ type, text: said }) => (type === 'text' ? [String(said)] : [])),
    media: content.flatMap((block, index) => mediaOf(block, `${path}[${index}]`)),
    calls: content.flatMap(({ type, id, name, input }) =>
      type === 'tool_use' ? [{ id: String(id), name: String(name), args: input }] : [],
    ),
    results: content.flatMap(({ type, tool_use_id: id, content: said }) =>
      type === 'tool_result' ? [{ id: String(id), name: null, text: textOf(said) }] : [],
    ),
    proofs: content.filter((block, index) => checkProof(block, `${path}[${index}]`)).length,
  });
}

const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : Array.isArray(content)
      ? content.map((one) => (isJson(one) && typeof one.text === 'string' ? one.text : '')).join('')
      : '';

function checkProof({ type, thinking, signature, data }: Block, path: string): boolean {
  if (type === 'thinking' && unseal('anthropic', signature) !== thinking) {
    throw new Refusal(`${path}`, 'Invalid `signature` in `thinking` block');
  }
  if (type === 'redacted_thinking' && unseal('anthropic', data) === null) {
    throw new Refusal(`${path}`, 'Invalid `data` in `redacted_thinking` block');
  }
  return type === 'thinking' || type === 'redacted_thinking';
}

function mediaOf(block: Block, path: string): HeardMedia[] {
  if (block.type === 'tool_result' && Array.isArray(block.content)) {
    return block.content.flatMap((one: Block, index) => mediaOf(one, `${path}.content[${index}]`));
  }
  if (block.type !== 'image' && block.type !== 'document') return [];
  const from = block.source as { type: string; media_type: string; data: string }; // the shape was checked
  if (from.type !== 'base64') return [];
  const allowed = block.type === 'image' ? /^image\// : /^application\/pdf$/;
  if (!allowed.test(from.media_type))
    throw new Refusal(`${path}.source.media_type`, 'Input should be a known type');
  return [heardMedia(from.data, from.media_type, `${path}.source.base64.data`)];
}
