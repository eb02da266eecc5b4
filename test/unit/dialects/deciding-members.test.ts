import { describe, expect, it } from 'vitest';
import { checkDecidingMembers } from '../../../src/dialects/deciding-members.ts';
import { scanJsonMembers } from '../../../src/json-members.ts';
import { refusedField } from '../../support/refused-field.ts';

function check(text: string, alsoBring: readonly string[] = []): void {
  const bytes = new TextEncoder().encode(text);
  const { members } = scanJsonMembers(bytes, 256);
  checkDecidingMembers({ bytes, members, body: JSON.parse(text) }, alsoBring);
}

describe('checkDecidingMembers', () => {
  it.each([
    '{}',
    '{"model":"a","x":1,"x":2,"Temperature":1,"temperature":2}',
    '{"metadata":{"Model":"a","model":"b","model":"c"}}',
    '{"tools":[{"type":"function","function":{"name":"f","Model":"a","model":"b","model":"c"}}]}',
    '{"tools":[{"model":"a"},{"model":"b"},{"x":1,"x":2},"model",["model",{"model":1}],null]}',
    '{"tools":[ {"a":"\\"model\\":","model" : null , "b":[{"model":1,"model":2}]} ,{"model":"}{"}]}',
    '{"tools":{"model":"a"},"fallbacks":"model","providerOptions":7}',
    '{"fallbacks":["model",{"model":"a","messages":[{"model":1,"model":2}]},{"a":["b"]}]}',
    '{"providerOptions":{"gateway":{"models":["a"],"order":1,"order":2},"openai":{"models":1,"models":2}}}',
    '{"providerOptions":{"gateway":[{"models":1,"models":2}],"x":1,"x":2}}',
    '{"requests":[{"model":"a","model":"b"}],"Requests":1}',
    '{"mödel":1,"modeı":2,"ſtreaſ":3,"İ":4}',
  ])('takes %s', (text) => {
    expect(() => check(text)).not.toThrow();
  });

  it.each([
    ['MODEL', '{"model":"a","MODEL":"b"}'],
    ['Model', '{"Model":"b"}'],
    ['mOdel', '{"model":"a","\\u006d\\u004fdel":"b"}'],
    ['Models', '{"model":"a","Models":["b"]}'],
    ['model\u017f', '{"model\u017f":["b"]}'],
    ['model\u017f', '{"model\\u017f":["b"]}'],
    ['fallbac\u212as', '{"fallbac\u212as":["b"]}'],
    ['Fallbacks', '{"Fallbacks":["b"]}'],
    ['TOOLS', '{"TOOLS":[]}'],
    ['provideroptions', '{"provideroptions":{}}'],
    ['Stream', '{"stream":false,"Stream":true}'],
    ['Stream_Options', '{"Stream_Options":{}}'],
    ['PREVIOUS_RESPONSE_ID', '{"PREVIOUS_RESPONSE_ID":"resp_1"}'],
    ['providerOptions.Gateway', '{"providerOptions":{"Gateway":{"models":["b"]}}}'],
    ['providerOptions.gateway.MODELS', '{"providerOptions":{"gateway":{"MODELS":["b"]}}}'],
    ['tools[].Model', '{"tools":[{"model":"a"},{"Model":"b"}]}'],
    ['tools[].mOdel', '{"tools":[{"model":"a","m\\u004fdel":"b"}]}'],
    ['fallbacks[].Model', '{"fallbacks":["a",{"Model":"b"}]}'],
  ])('traps H6: refuses %s, which Go takes for another member: %s', (field, text) => {
    expect(refusedField(() => check(text))).toBe(field);
  });

  it.each([
    ['model', '{"model":"a","\\u006dodel":"b"}'],
    ['models', '{"models":["b"],"models":[]}'],
    ['fallbacks', '{"fallbacks":["b"],"fallbacks":[]}'],
    ['context_window_fallbacks', '{"context_window_fallbacks":["b"],"context_window_fallbacks":[]}'],
    ['content_policy_fallbacks', '{"content_policy_fallbacks":["b"],"content_policy_fallbacks":[]}'],
    ['providerOptions', '{"providerOptions":{},"providerOptions":{}}'],
    ['providerOptions.gateway', '{"providerOptions":{"gateway":{"models":["b"]},"gateway":{}}}'],
    [
      'providerOptions.gateway.models',
      '{"x":1,"providerOptions":{ "y":2, "gateway":{"models":["b"],"models":[]}}}',
    ],
    ['tools[].model', '{"tools":[{"model":"b","model":"a"}]}'],
    [
      'tools[].model',
      '{"tools" : [ "x", {"type":"y"} , {"model":"b", "z":{"model":1}, "mod\\u0065l":"a"} ] }',
    ],
    ['tools[].model', '{"tools":{"model":"b","model":"a"}}'],
    ['fallbacks[].model', '{"fallbacks":[{"model":"b","model":"a"}]}'],
  ])('traps H6: refuses %s that stands twice: %s', (field, text) => {
    expect(refusedField(() => check(text))).toBe(field);
  });

  it.each([
    ['requests', '{"requests":[],"requests":[]}'],
    ['Requests', '{"Requests":[]}'],
    ['requests[].model', '{"requests":[{"model":"a"},{"model":"b","model":"a"}]}'],
    ['requests[].MODEL', '{"requests":[{"MODEL":"b"}]}'],
  ])('traps H6: refuses %s where a form repeats the model there: %s', (field, text) => {
    expect(refusedField(() => check(text, ['requests']))).toBe(field);
  });
});
