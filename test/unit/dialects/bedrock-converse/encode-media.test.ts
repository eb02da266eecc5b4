import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, JsonObject, Part, Turn } from '../../../../src/dialects/canonical.ts';
import { encode, NOVA, refusalOf, TOOL, user } from './support.ts';

const LLAMA = 'us.meta.llama3-3-70b-instruct-v1:0';
const PROFILE = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123';

type Blocks = { readonly role: string; readonly content: readonly JsonObject[] }[];
const messagesOf = (turns: readonly Turn[], model?: string): Blocks =>
  encode({ turns }, model).body.messages as Blocks; // as `encode-messages.ts` writes them
const user1 = (...parts: Part[]) => messagesOf([user('Look', ...parts)])[0]?.content.slice(1);

describe('media', () => {
  const inline = (mediaType: string, data = 'AAAA') => ({ kind: 'inline' as const, mediaType, data });
  const file = (mediaType: string, name: string | null = null): Part => ({
    type: 'file',
    source: inline(mediaType),
    name,
  });

  it.each([
    ['image/png', 'png'],
    ['image/jpeg', 'jpeg'],
    ['image/jpg', 'jpeg'],
    ['image/gif', 'gif'],
    ['image/webp', 'webp'],
  ])('%s is an image of the format %s', (mediaType, format) => {
    const image = { image: { format, source: { bytes: 'AAAA' } } };
    expect(user1({ type: 'image', source: inline(mediaType) })).toEqual([image]);
    expect(user1(file(mediaType))).toEqual([image]);
  });

  it('traps D18: takes objects in S3, and refuses every other URL', () => {
    const at = (url: string): Part => ({ type: 'image', source: { kind: 'url', url } });
    expect(user1(at('s3://bucket/a/b.PNG'))).toEqual([
      { image: { format: 'png', source: { s3Location: { uri: 's3://bucket/a/b.PNG' } } } },
    ]);
    const refusal = (part: Part) => refusalOf({ turns: [user('Look', part)] });
    expect(refusal(at('https://example.com/a.png'))).toBe('messages[0].content[1]');
    expect(refusal(at('s3://bucket/a'))).toBe('messages[0].content[1]');
    expect(refusal({ type: 'image', source: { kind: 'file-id', id: 'file-1' } })).toBe(
      'messages[0].content[1]',
    );
    expect(refusal({ type: 'image', source: inline('image/tiff') })).toBe('messages[0].content[1]');
  });

  it.each([
    ['application/pdf', 'pdf', 'pdf'],
    ['text/csv', 'csv', 'csv'],
    ['application/msword', 'doc', 'doc'],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx', 'docx'],
    ['application/vnd.ms-excel', 'xls', 'xls'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx', 'xlsx'],
    ['text/html; charset=utf-8', 'html', 'html'],
    ['text/markdown', 'md', 'md'],
    ['text/plain', 'md', 'md'],
    ['text/plain', 'txt', 'txt'],
    ['application/json', 'json', 'txt'],
    ['application/octet-stream', 'xlsx', 'xlsx'],
  ])('%s (a.%s) is a document of the format %s', (mediaType, extension, format) => {
    expect(user1(file(mediaType, `a.${extension}`))).toEqual([
      { document: { format, name: 'a', source: { bytes: 'AAAA' } } },
    ]);
  });

  it('refuses files of other types', () => {
    expect(refusalOf({ turns: [user('Look', file('application/zip'))] })).toBe('messages[0].content[1]');
  });

  it.each([
    ['report (final) [v2].pdf', 'report (final) [v2]'],
    ['a_b/c\\d.pdf', 'a-b-c-d'],
    ['  two\t\tblanks ', 'two blanks'],
    ['отчёт.pdf', 'document'],
    [null, 'document'],
    ['x'.repeat(300), 'x'.repeat(180)],
  ])('a document %j is named %j', (name, expected) => {
    expect(user1(file('application/pdf', name))).toMatchObject([{ document: { name: expected } }]);
  });

  it('names no two documents alike', () => {
    const parts = ['a.pdf', 'a.csv', 'a (2).pdf'].map((name) => file('application/pdf', name));
    expect(user1(...parts)?.map(({ document }) => (document as { name: string }).name)).toEqual([
      'a',
      'a (2)',
      'a (2) (2)',
    ]);
  });

  it('refuses a document without a text beside it', () => {
    expect(refusalOf({ turns: [user(file('application/pdf'))] })).toBe('messages');
    expect(encode({ turns: [user(file('application/pdf')), user('What is it?')] }).dropped).toEqual([]);
  });

  it('passes an Anthropic client’s wish for citations on', () => {
    const extra = { 'anthropic-messages': { citations: { enabled: true }, context: 'A draft', odd: 1 } };
    const part: Part = { type: 'file', source: inline('application/pdf'), name: 'a', extra };
    expect(user1(part)).toMatchObject([{ document: { citations: { enabled: true }, context: 'A draft' } }]);
    expect(encode({ turns: [user('Look', part)] }).dropped).toEqual(['messages.odd']);
  });

  it('sends audio and video', () => {
    expect(user1({ type: 'audio', data: 'AAAA', format: 'wav' })).toEqual([
      { audio: { format: 'wav', source: { bytes: 'AAAA' } } },
    ]);
    expect(user1(file('video/quicktime'))).toEqual([{ video: { format: 'mov', source: { bytes: 'AAAA' } } }]);
    expect(refusalOf({ turns: [user({ type: 'audio', data: '', format: 'pcm16' })] })).toBe(
      'messages[0].content[0]',
    );
  });
});

describe('cache markers', () => {
  const marked = (value: string, ttl: string | null = null): Part => ({
    type: 'text',
    text: value,
    cacheMarker: { ttl },
  });
  const turns: Turn[] = [{ role: 'system', parts: [marked('Rules', '1h')] }, user(marked('Hi', 'soon'))];
  const tools = [{ ...TOOL, cacheMarker: { ttl: null } }] as CanonicalRequest['tools'];

  it('are cache points behind what they mark', () => {
    const { body, dropped } = encode({ turns, tools });
    expect(body.system).toEqual([{ text: 'Rules' }, { cachePoint: { type: 'default', ttl: '1h' } }]);
    expect(body.messages).toMatchObject([{ content: [{ text: 'Hi' }, { cachePoint: { type: 'default' } }] }]);
    expect(body.toolConfig).toMatchObject({ tools: [{ toolSpec: {} }, { cachePoint: { type: 'default' } }] });
    expect(dropped).toEqual([]);
  });

  it('are none on Nova’s tools, and have no time there', () => {
    const { body, dropped } = encode({ turns, tools }, NOVA);
    expect(body.system).toEqual([{ text: 'Rules' }, { cachePoint: { type: 'default' } }]);
    expect(body.toolConfig).toEqual({ tools: [{ toolSpec: expect.anything() }] });
    expect(dropped).toEqual(['cache_control']);
  });

  it.each([LLAMA, PROFILE])('are left out visibly for %s', (model) => {
    const { body, dropped } = encode({ turns, tools }, model);
    expect(JSON.stringify(body)).not.toContain('cachePoint');
    expect(dropped).toEqual(['cache_control']);
  });
});
