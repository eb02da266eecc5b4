/**
 * What an answer says, whatever its wire form: the second opinion that recordings and the gateway's answers are
 * compared by. Read here anew, without the gateway's code, and only as far as these bytes need.
 */
import type { LoggedUsage } from '../oracle.ts';

// biome-ignore lint/suspicious/noExplicitAny: recorded JSON, whose members the readers look for
export type Json = any;

export type Finish = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'pause';

export interface SaidCall {
  readonly name: string;
  /** Parsed; the bare text of a custom tool's input. */
  readonly args: unknown;
  readonly isCustom: boolean;
}

export interface SaidChoice {
  readonly text: string;
  readonly refusal: string;
  /** Without white space: forms differ in how they part paragraphs of it. */
  readonly reasoning: string;
  readonly calls: readonly SaidCall[];
  /** `null`: it has not ended. */
  readonly finish: Finish | null;
}

export interface Said {
  readonly choices: readonly SaidChoice[];
  /** The last that was told; `null` if none was. */
  readonly usage: LoggedUsage | null;
  /** The error event's object; `null` if none came. */
  readonly error: Json;
  /** By the form's own rule. */
  readonly isComplete: boolean;
}

export interface Reader {
  answer(body: Json): Said;
  /** `bytes`: a stream, perhaps cut off. */
  stream(bytes: Buffer): Said;
}

/** Gathers one choice. */
export class Choice {
  text = '';
  refusal = '';
  reasoning = '';
  finish: Finish | null = null;
  /** By the form's own number or id. */
  readonly calls = new Map<unknown, { name: string; input: string; isCustom?: boolean }>();

  call(key: unknown): { name: string; input: string; isCustom?: boolean } {
    const known = this.calls.get(key);
    if (known !== undefined) return known;
    const fresh = { name: '', input: '' };
    this.calls.set(key, fresh);
    return fresh;
  }

  get said(): SaidChoice {
    const calls = [...this.calls.values()].map(({ name, input, isCustom = false }) => ({
      name,
      args: isCustom ? input : parseArgs(input),
      isCustom,
    }));
    const finish = this.finish === 'stop' && calls.length > 0 ? 'tool-calls' : this.finish;
    const { text, refusal, reasoning } = this;
    return { text, refusal, reasoning: squeeze(reasoning), calls, finish };
  }
}

export const squeeze = (text: string): string => text.replace(/\s+/g, '');

/** No arguments come as nothing, or as `null` (wire 37). Half arguments stay what they are. */
export function parseArgs(input: string): unknown {
  if (input === '') return {};
  try {
    return JSON.parse(input) ?? {};
  } catch {
    return { INVALID_JSON: input };
  }
}

export function usageOf(counts: {
  input: number;
  output: number;
  cacheRead?: number | undefined;
  cacheWrite?: number | undefined;
  reasoning?: number | undefined;
}): LoggedUsage {
  return {
    input_tokens: counts.input,
    output_tokens: counts.output,
    cache_read_tokens: counts.cacheRead ?? 0,
    cache_write_tokens: counts.cacheWrite ?? 0,
    reasoning_tokens: counts.reasoning ?? 0,
    estimated: false,
  };
}

/** Events of a body that parse; the last one of a cut body may not. */
export function parsed(texts: readonly (string | null)[]): Json[] {
  return texts.flatMap((text) => {
    if (text === null || text === '[DONE]') return [];
    try {
      return [JSON.parse(text)];
    } catch {
      return [];
    }
  });
}
