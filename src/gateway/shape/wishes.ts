/** What a chat request of any door asks for, as far as routing looks at it. Whatever makes no sense counts as not said. */
import { effortOfBudget } from '../../dialects/effort.ts';
import { generationConfig } from '../../dialects/estimates/output-limits.ts';
import type { DoorDialect } from '../../dialects/routes.ts';
import { isRecord } from '../../is-record.ts';

type Body = Readonly<Record<string, unknown>>;

const EFFORT = /^[A-Za-z]{1,16}$/;

export const memberOf = (value: unknown, name: string): unknown =>
  isRecord(value) ? value[name] : undefined;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** An answer in JSON, by a schema or without one. */
export function wantsJson(dialect: DoorDialect, body: Body): boolean {
  switch (dialect) {
    case 'openai-chat':
      return isJsonType(memberOf(body.response_format, 'type'));
    case 'openai-responses':
      return isJsonType(memberOf(memberOf(body.text, 'format'), 'type'));
    case 'anthropic-messages':
      return isJsonType(memberOf(memberOf(body.output_config, 'format') ?? body.output_format, 'type'));
    case 'gemini': {
      const config = generationConfig(body);
      return (config.responseMimeType ?? config.response_mime_type) === 'application/json';
    }
  }
}

const isJsonType = (type: unknown): boolean => typeof type === 'string' && type.startsWith('json');

/** In lower case; `none` where thinking is switched off. */
export function reasoningEffort(dialect: DoorDialect, body: Body): string | null {
  switch (dialect) {
    case 'openai-chat':
      return word(body.reasoning_effort) ?? word(memberOf(body.reasoning, 'effort'));
    case 'openai-responses':
      return word(memberOf(body.reasoning, 'effort'));
    case 'anthropic-messages':
      return word(memberOf(body.output_config, 'effort')) ?? ofThinking(body.thinking);
    case 'gemini': {
      const config = generationConfig(body);
      const thinking = config.thinkingConfig ?? config.thinking_config;
      const level = memberOf(thinking, 'thinkingLevel') ?? memberOf(thinking, 'thinking_level');
      return (
        word(level) ?? ofBudget(memberOf(thinking, 'thinkingBudget') ?? memberOf(thinking, 'thinking_budget'))
      );
    }
  }
}

const ofThinking = (thinking: unknown): string | null =>
  memberOf(thinking, 'type') === 'disabled' ? 'none' : ofBudget(memberOf(thinking, 'budget_tokens'));

/** -1 leaves it to the model. */
function ofBudget(tokens: unknown): string | null {
  if (typeof tokens !== 'number' || tokens < 0) return null;
  return tokens === 0 ? 'none' : effortOfBudget(tokens);
}

const word = (value: unknown): string | null =>
  typeof value === 'string' && EFFORT.test(value) ? value.toLowerCase() : null;

/** Gemini's functions stand in groups, the others' in a list. */
export function countTools(dialect: DoorDialect, body: Body): number {
  if (dialect !== 'gemini') return listOf(body.tools).length + listOf(body.functions).length;
  let tools = 0;
  for (const group of listOf(body.tools)) {
    const declared = memberOf(group, 'functionDeclarations') ?? memberOf(group, 'function_declarations');
    tools += Array.isArray(declared) ? declared.length : 1;
  }
  return tools;
}
