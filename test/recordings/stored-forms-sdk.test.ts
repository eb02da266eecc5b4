/** Every recorded whole answer of the forms beside chat completions, told as a stream, and read by the vendors' SDKs. */
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes.ts';
import type { JsonObject } from '../../src/dialects/canonical.ts';
import { DOOR_CODECS } from '../../src/dialects/registry.ts';
import { hasSpecs, loadSpecification, SPECS_DIR } from '../support/openapi.ts';
import {
  readGeminiAnswer,
  readGeminiStream,
  readMessageStream,
  readResponseStream,
} from '../support/sdk-readers.ts';
import { retell } from '../support/stored-answers.ts';
import { readEvents } from '../unit/dialects/openai-responses/support.ts';
import { WHOLE_RESPONSES } from '../unit/dialects/openai-responses/whole-responses.ts';
import { itFindsRecordings } from './codec-suite.ts';
import { type ChatRecording, conversations, type Form } from './recording.ts';
import { titled } from './wire-numbers.ts';

type KeptForm = 'openai-responses' | 'anthropic-messages' | 'gemini';

const isQueued = ({ id }: ChatRecording): boolean => id.endsWith('/background-queued');
const answersOf = (form: Form) =>
  titled(conversations.filter((one) => one.form === form && one.kind === 'answer' && !isQueued(one)));
const bodyOf = ({ bytes }: ChatRecording): JsonObject => JSON.parse(bytes.toString());

const told = (form: KeptForm, body: JsonObject) =>
  new Uint8Array(concat(retell(DOOR_CODECS[form].stored, body)));

describe('openai-responses', () => {
  const answers = answersOf('openai-responses');
  itFindsRecordings([answers, 11]);

  it.each(answers)('%s: the SDK puts the same response together', async (_, recording) => {
    const body = bodyOf(recording);
    expect(await readResponseStream(told('openai-responses', body))).toEqual(body);
  });
});

describe('anthropic-messages', () => {
  const answers = answersOf('anthropic-messages');
  itFindsRecordings([answers, 15]);

  it.each(answers)('%s: the SDK puts the same message together', async (_, recording) => {
    const body = bodyOf(recording);
    expect(await readMessageStream(told('anthropic-messages', body))).toEqual(body);
  });
});

describe('gemini', () => {
  const answers = answersOf('gemini');
  itFindsRecordings([answers, 18]);

  it.each(answers)('%s: the SDK hears the same', async (_, recording) => {
    const body = bodyOf(recording);
    expect(await readGeminiStream(told('gemini', body))).toEqual(await readGeminiAnswer(body));
  });
});

describe('events of responses, judged by OpenAI’s document', () => {
  it(`the document is read from ${SPECS_DIR}${hasSpecs() ? '' : ' — IT IS NOT THERE, nothing was judged'}`, () => {
    if (!hasSpecs()) console.warn(`No document in ${SPECS_DIR}: set SPECS_DIR.`);
  });
  if (!hasSpecs()) return;
  const specification = loadSpecification();
  const mistakes = (schema: string, value: unknown): number => specification.mistakes(schema, value).length;
  const eventsOf = (body: JsonObject) => readEvents(new TextDecoder().decode(told('openai-responses', body)));

  it.each(WHOLE_RESPONSES)('%s', (_, body) => {
    expect(specification.mistakes('Response', body)).toEqual([]);
    for (const event of eventsOf(body)) {
      expect(mistakes('ResponseStreamEvent', event), JSON.stringify(event)).toBe(0);
    }
  });

  // What vendors send is not always what the document says: then no event that has it can be, either.
  it.each(answersOf('openai-responses'))('%s', (_, recording) => {
    const body = bodyOf(recording);
    const isSound = ({ response, item }: JsonObject): boolean =>
      response === undefined && (item === undefined || mistakes('OutputItem', item) === 0);
    for (const event of eventsOf(body).filter(isSound)) {
      expect(mistakes('ResponseStreamEvent', event), JSON.stringify(event)).toBe(0);
    }
  });
});
