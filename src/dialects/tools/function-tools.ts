/** Tools, for forms that know functions only. */
import type { Tool } from '../canonical.ts';
import { refuse } from '../shape.ts';

export type FunctionTool = Extract<Tool, { kind: 'function' }>;

/** Throws `InvalidRequest`. `form`: subject of its sentence. */
export function onlyFunction(tool: Tool, path: string, form: string): FunctionTool {
  switch (tool.kind) {
    case 'function':
      return tool;
    case 'custom':
      return refuse(`${path}.type`, `must be "function": ${form} has no free-text tools`);
    case 'server':
      return refuse(`${path}.type`, 'is a tool that only another provider runs');
    default:
      return tool satisfies never;
  }
}
