/** What the tests ask for. */
import type { ToolSpec } from './door.ts';

export const WEATHER_TOOL: ToolSpec = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer' }, note: { type: 'string' } },
    required: ['city', 'days', 'note'],
    additionalProperties: false,
  },
};
/** A function without parameters. */
export const TIME_TOOL: ToolSpec = {
  name: 'get_time',
  description: 'The time of day.',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
};
export const TOOLS = [WEATHER_TOOL, TIME_TOOL];

/** In the strict subset of every vendor. */
export const PERSON = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'Full name' },
    age: { type: 'integer' },
    mood: { type: 'string', enum: ['calm', 'wild'] },
    friends: { type: 'array', items: { $ref: '#/$defs/friend' } },
    nick: { anyOf: [{ type: 'string' }, { type: 'null' }] },
  },
  required: ['name', 'age', 'mood', 'friends', 'nick'],
  additionalProperties: false,
  $defs: {
    friend: {
      type: 'object',
      properties: { name: { type: 'string' } },
      required: ['name'],
      additionalProperties: false,
    },
  },
} as const;

/** As MCP servers write them: words that some vendor refuses in the plain place. */
export const WILD_TOOL: ToolSpec = {
  name: 'get_weather',
  description: 'As MCP servers write it.',
  parameters: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      city: { type: 'string', minLength: 1, pattern: '^.+$' },
      days: { type: ['integer', 'null'], exclusiveMinimum: 0, multipleOf: 1 },
      kind: { const: 'daily' },
      where: { $ref: '#/$defs/place' },
      tags: { type: 'array', items: { type: 'string' }, uniqueItems: true },
      any: {},
      map: { type: 'object', additionalProperties: { type: 'number' }, propertyNames: { pattern: '^a' } },
      several: { oneOf: [{ type: 'string' }, { type: 'object', properties: {} }] },
    },
    required: ['city'],
    $defs: {
      place: { type: 'object', properties: { inner: { $ref: '#/$defs/place' }, lat: { type: 'number' } } },
    },
  },
};

let counter = 0;
/** A user text that names a scenario, and a label by which the stand-in's calls are found. */
export function naming(scenario: string): { text: string; label: string } {
  counter += 1;
  const label = `${scenario}-${counter}`;
  return { text: `Play scenario:${scenario} label:${label}`, label };
}
