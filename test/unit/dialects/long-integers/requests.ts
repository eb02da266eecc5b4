/** Requests with such numbers, at every door. */
import type { CanonicalRequest } from '../../../../src/dialects/canonical.ts';
import { decodeJsonRequest } from '../../../../src/dialects/json-request.ts';
import { DOOR_CODECS, UPSTREAM_CODECS } from '../../../../src/dialects/registry.ts';
import { type DoorDialect, GEMINI_METHODS, ROUTES, type RouteId } from '../../../../src/dialects/routes.ts';
import type { DialectId } from '../../../../src/providers/provider-row.ts';
import { ARGS, LONG, QUOTED, toolUse } from './answers.ts';

export const DOORS = Object.keys(DOOR_CODECS) as DoorDialect[];
export const UPSTREAMS = Object.keys(UPSTREAM_CODECS) as DialectId[];

export const SCHEMA = `{"type":"object","properties":{"id":{"type":"integer","maximum":9223372036854775807,"enum":[1,${LONG}]}}}`;

/** One conversation with a call, its result and the tool's schema, at every door. */
export const REQUESTS: Readonly<Record<DoorDialect, readonly [RouteId, string]>> = {
  'openai-chat': [
    'chat.completions',
    `{"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":${QUOTED}}}]},{"role":"tool","tool_call_id":"c1","content":${QUOTED}}],"tools":[{"type":"function","function":{"name":"look","parameters":${SCHEMA}}}]}`,
  ],
  'openai-responses': [
    'responses',
    `{"model":"m","input":[{"role":"user","content":"Hi"},{"type":"function_call","call_id":"c1","name":"look","arguments":${QUOTED}},{"type":"function_call_output","call_id":"c1","output":${QUOTED}}],"tools":[{"type":"function","name":"look","parameters":${SCHEMA}}]}`,
  ],
  'anthropic-messages': [
    'messages',
    `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[${toolUse(ARGS)}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":${QUOTED}}]}],"tools":[{"name":"look","input_schema":${SCHEMA}}]}`,
  ],
  gemini: [
    'gemini.generateContent',
    `{"contents":[{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[{"functionCall":{"id":"c1","name":"look","args":${ARGS}}}]},{"role":"user","parts":[{"functionResponse":{"id":"c1","name":"look","response":${ARGS}}}]}],"tools":[{"functionDeclarations":[{"name":"look","parametersJsonSchema":${SCHEMA}}]}]}`,
  ],
};

export function decode(door: DoorDialect, text: string): CanonicalRequest {
  const route = [...ROUTES, ...Object.values(GEMINI_METHODS)].find(({ id }) => id === REQUESTS[door][0]);
  if (route === undefined) throw new Error('no route');
  const request = decodeJsonRequest(
    route,
    new TextEncoder().encode(text),
    door === 'gemini' ? { model: 'm' } : null,
  );
  return DOOR_CODECS[door].decodeRequest(request.parse());
}
