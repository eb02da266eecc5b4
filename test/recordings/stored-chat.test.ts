/**
 * Chat completions as they are kept, and told again: every recorded answer and stream of OpenAI's form. No Worker runs
 * here. What does not come back as it was is listed, recording by recording.
 */
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes.ts';
import type { JsonObject } from '../../src/dialects/canonical.ts';
import { CHAT_STORED } from '../../src/dialects/openai-chat/stored-chat.ts';
import { parseExact } from '../../src/exact-json.ts';
import { hasSpecs, loadSpecification, SPECS_DIR } from '../support/openapi.ts';
import { asPutTogether, readChatStream } from '../support/sdk-completions.ts';
import { asWritten, collect, retell, retellBytes } from '../support/stored-answers.ts';
import { itFindsRecordings } from './codec-suite.ts';
import { areHere, type Json } from './manifest.ts';
import { type ChatRecording, conversations } from './recording.ts';
import { readEvents } from './sse-reader.ts';
import { titled } from './wire-numbers.ts';

/** An error with status 200 (wire 65), streams that tell one (wire 66), and one that never says that it ends (wire 47). */
const NO_ANSWERS = [
  'openrouter/chat/error-200-body',
  'groq/chat/stream-error-tool-use-failed',
  'openrouter/chat/stream-error',
  'snowflake/chat/stream-text',
];

const ofKind = (kind: ChatRecording['kind']): ChatRecording[] =>
  conversations.filter((one) => one.form === 'openai-chat' && one.kind === kind);
const isAnswer = ({ id }: ChatRecording): boolean => !NO_ANSWERS.includes(id);
const answers = titled(ofKind('answer').filter(isAnswer));
const streams = titled(ofKind('stream').filter(isAnswer));
const broken = titled([...ofKind('answer'), ...ofKind('stream')].filter((one) => !isAnswer(one)));

const bodyOf = ({ bytes }: ChatRecording): JsonObject => parseExact(bytes.toString()) as JsonObject;

function kept(stream: Uint8Array): JsonObject {
  const body = collect(CHAT_STORED, stream);
  if (body === null) throw new Error('the stream is not kept');
  return body;
}

/** What a stream cannot say, or says better than the whole answer did. */
const CHANGED: Readonly<Record<string, (body: Json) => void>> = {
  'azure-openai/chat/completion-filtered': ({ choices }) => {
    choices[0].message = { role: 'assistant' }; // wire 79: it has none
  },
  'huggingface/chat/tool-call-tgi': (body) => {
    const [choice] = body.choices;
    const { function: made } = choice.message.tool_calls[0];
    made.arguments = JSON.stringify(made.arguments); // wire 41
    Object.assign(choice, { finish_reason: 'tool_calls', native_finish_reason: 'eos_token' }); // traps C8
    body.object = 'chat.completion';
  },
  'openai/chat/vision-finish-details': ({ choices }) => {
    Object.assign(choices[0], { finish_reason: 'length', native_finish_reason: 'max_tokens' }); // wire 47
  },
  'perplexity/chat/text': ({ choices }) => {
    delete choices[0].delta; // wire 26: of a stream, and empty
  },
};

function changed({ id }: ChatRecording, body: JsonObject): Json {
  const copy: Json = asWritten(body);
  CHANGED[id]?.(copy);
  for (const { message } of copy.choices) {
    for (const call of message.tool_calls ?? []) delete call.index; // its place in the list says it
  }
  return copy;
}

itFindsRecordings([answers, 26], [streams, 36]);

describe.runIf(areHere)('a whole answer, told as a stream and put together again', () => {
  it.each(answers)('%s', (_, recording) => {
    const body = bodyOf(recording);
    const expected = changed(recording, body);
    expect(asWritten(kept(retellBytes(CHAT_STORED, body)))).toEqual(expected);
    const { usage: _usage, ...withoutUsage } = expected;
    const events = CHAT_STORED.toEvents(body, { wantsUsage: false }) ?? [];
    expect(asWritten(kept(concat(events)))).toEqual(withoutUsage);
  });
});

describe.runIf(areHere)('a stream, put together, told again and put together again', () => {
  it.each(streams)('%s', (_, { bytes }) => {
    const body = kept(bytes);
    expect(asWritten(kept(retellBytes(CHAT_STORED, body)))).toEqual(asWritten(body));
  });

  it.each(streams)('%s is not kept if it breaks off before its finish reason', (_, { bytes }) => {
    const ends = readEvents(bytes).filter(({ data }) => /"finish_reason": ?"/.test(data ?? ''));
    expect(collect(CHAT_STORED, bytes.subarray(0, ends[0]?.start))).toBeNull();
  });
});

describe.runIf(areHere)('what is no answer is not kept', () => {
  it.each(broken)('%s', (_, { kind, bytes }) => {
    if (kind === 'stream') expect(collect(CHAT_STORED, bytes)).toBeNull();
    else expect(CHAT_STORED.toEvents(JSON.parse(bytes.toString()), { wantsUsage: true })).toBeNull();
  });
});

/** The SDK makes text of lists of parts (wire 24), and ids and members that it misses are its own or an error. */
const UNREADABLE = [
  'azure-openai/chat/completion-filtered',
  'google-gemini/openai-compat/tool-call-no-id',
  'huggingface/chat/tool-call-tgi',
  'mistral/chat/reasoning',
];

describe.runIf(areHere)('OpenAI’s SDK puts the whole answer together', () => {
  it.each(answers.filter(([, { id }]) => !UNREADABLE.includes(id)))('%s', async (_, recording) => {
    const body = bodyOf(recording);
    const stream = new Uint8Array(retellBytes(CHAT_STORED, body));
    expect(await readChatStream(stream)).toEqual(asPutTogether(changed(recording, body)));
  });

  it.each(streams.filter(([, { bytes }]) => !bytes.includes('"thinking"')))('%s', async (_, { bytes }) => {
    const body = kept(bytes);
    const { id = '' } = body;
    const told = await readChatStream(new Uint8Array(retellBytes(CHAT_STORED, body)));
    const expected = asPutTogether(asWritten(body));
    // Without an id it reads only the first chunk's members.
    expect(told).toEqual(id === '' ? { ...expected, usage: told.usage } : expected);
  });
});

if (hasSpecs()) {
  const specification = loadSpecification();
  const valid: string[] = [];

  describe.runIf(areHere)('chunks that OpenAI’s document knows, of answers that it knows', () => {
    it.each(answers)('%s', (_, recording) => {
      const body = amended(bodyOf(recording));
      if (specification.mistakes('CreateChatCompletionResponse', body).length > 0) return;
      if (JSON.stringify(body).includes('"type":"custom"')) return; // unknown to the document in chunks
      valid.push(recording.id);
      for (const event of retell(CHAT_STORED, body)) {
        const data = Buffer.from(event).toString().slice('data: '.length);
        if (data.trim() === '[DONE]') continue;
        expect(specification.mistakes('CreateChatCompletionStreamResponse', JSON.parse(data))).toEqual([]);
      }
    });

    it('were nearly all', () => {
      expect(valid.length).toBeGreaterThanOrEqual(20);
    });
  });
} else {
  it('the OpenAPI document is not there: shapes were NOT checked', () => {
    console.warn(`No OpenAPI document in ${SPECS_DIR}: set SPECS_DIR.`);
  });
}

/** What the document requires, and vendors leave out, OpenAI too; and words that only a vendor knows. */
function amended({ system_fingerprint: fingerprint, ...body }: Json): JsonObject {
  const { service_tier: tier, choices, ...others } = body;
  return {
    ...others,
    ...(typeof fingerprint === 'string' ? { system_fingerprint: fingerprint } : {}),
    ...(tier === 'default' ? { service_tier: tier } : {}),
    choices: choices.map(({ message, ...choice }: Json) => ({
      logprobs: null,
      ...choice,
      message: { content: null, refusal: null, ...message },
    })),
  };
}
