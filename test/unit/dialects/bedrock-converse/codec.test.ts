import { describe, expect, it } from 'vitest';
import { bedrockConverse } from '../../../../src/dialects/bedrock-converse/codec.ts';
import { fromToolName, toToolName } from '../../../../src/dialects/bedrock-converse/tool-names.ts';
import { CLAUDE, request, system, TOOL, user } from './support.ts';

describe('path', () => {
  const pathOf = (model: string, wantsStream = false) => bedrockConverse.path({ model, wantsStream });

  it('names the operation', () => {
    expect(pathOf(CLAUDE)).toBe('/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse');
    expect(pathOf(CLAUDE, true)).toBe('/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse-stream');
  });

  it('keeps an ARN in one segment', () => {
    expect(pathOf('arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.x')).toBe(
      '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A111122223333%3Ainference-profile%2Fus.x/converse',
    );
  });

  it('leaves nothing of a name that could be another path or a query', () => {
    expect(pathOf("../a?b#c!'()*")).toBe('/model/..%2Fa%3Fb%23c%21%27%28%29%2A/converse');
  });
});

describe('errors', () => {
  const read = (body: unknown, type?: string) =>
    bedrockConverse.readError(body, new Headers(type === undefined ? {} : { 'x-amzn-errortype': type }));

  it.each([
    ['ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/', 'ThrottlingException'],
    ['ThrottlingException:', 'ThrottlingException'],
    ['com.amazon.coral.service#ThrottlingException', 'ThrottlingException'],
    ['ThrottlingException', 'ThrottlingException'],
  ])('wire 68: have their type in a header: %s', (header, type) => {
    expect(read({ message: 'Slow down' }, header)).toEqual({
      message: 'Slow down',
      type,
      param: null,
      code: type,
    });
  });

  it('may write the message with a capital, and the type in the body', () => {
    expect(read({ Message: 'No', __type: 'com.amazon#AccessDeniedException' })).toEqual({
      message: 'No',
      type: 'AccessDeniedException',
      param: null,
      code: 'AccessDeniedException',
    });
  });

  it.each([[null], ['<html>'], [[]], [{}], [{ message: null }], [{ message: 3 }]])('are none: %j', (body) => {
    expect(read(body)).toBeNull();
  });

  it('are none without an object, whatever the header says', () => {
    expect(read(null, 'ThrottlingException')).toBeNull();
    expect(read({}, 'ThrottlingException')).toMatchObject({ message: null, type: 'ThrottlingException' });
  });
});

describe('counting', () => {
  it('asks with what costs input tokens, and nothing else', () => {
    const fields = { turns: [system('Rules'), user('Hi')], tools: [TOOL], temperature: 0.5, topK: 3 };
    const { body } = bedrockConverse.counting?.encodeRequest(request(fields), { model: CLAUDE }) ?? {};
    expect(body).toMatchObject({ input: { converse: { system: [{ text: 'Rules' }] } } });
    expect(Object.keys((body as { input: { converse: object } }).input.converse)).toEqual([
      'messages',
      'system',
      'toolConfig',
      'additionalModelRequestFields',
    ]);
    expect(bedrockConverse.counting?.path({ model: 'a:b', wantsStream: false })).toBe(
      '/model/a%3Ab/count-tokens',
    );
  });

  it.each([
    [{ inputTokens: 12 }, 12],
    [{ inputTokens: '12' }, null],
    [{}, null],
    [null, null],
  ])('reads %j as %s', (body, expected) => {
    expect(bedrockConverse.counting?.decodeAnswer(body)).toBe(expected);
  });
});

describe('names of tools', () => {
  it.each(['look', 'look_up-1', 'mcp:look.up', 'ewid_look', 'жук', 'x'.repeat(64)])(
    '%s comes back',
    (name) => {
      const written = toToolName(name, 'tools');
      expect(written).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(fromToolName(written)).toBe(name);
    },
  );
});

it('asks for a stream in AWS’s own framing', () => {
  expect(bedrockConverse.streamType).toBe('application/vnd.amazon.eventstream');
  expect(bedrockConverse.headers).toEqual({});
});
