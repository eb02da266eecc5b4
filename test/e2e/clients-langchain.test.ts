/** LangChain's `ChatOpenAI` on both of OpenAI's APIs, in front of vendors that speak something else. */
import {
  type AIMessage,
  type AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  type ToolMessage,
} from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../support/clients/lab.ts';
import { vectorOf } from '../support/clients/side-routes.ts';
import {
  hearTools,
  ONE_CALL,
  PARALLEL_RESULTS,
  person,
  timeInput,
  weatherInput,
} from '../support/clients/tools.ts';
import { collect, refusal } from '../support/clients.ts';
import { naming } from '../support/matrix/asks.ts';
import { PLAIN_TEXT } from '../support/stand-ins/script.ts';
import { FORM_IDS } from '../support/stand-ins/stand-ins.ts';

const UPSTREAMS = FORM_IDS.filter((form) => !form.startsWith('openai-'));
const CASES = [
  ...[...UPSTREAMS, 'openai-responses' as const].map((form) => ({ form, useResponsesApi: false })),
  ...[...UPSTREAMS, 'openai-chat' as const].map((form) => ({ form, useResponsesApi: true })),
];

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

const chat = (model: string, useResponsesApi: boolean, more: object = {}): ChatOpenAI =>
  new ChatOpenAI({
    model,
    apiKey: lab.gateway.key,
    configuration: { baseURL: `${lab.gateway.url}/v1` },
    ...(useResponsesApi ? { useResponsesApi } : {}),
    ...more,
  });

const tools = () => {
  const { weather, time } = hearTools();
  return [
    tool(weather, { name: 'get_weather', description: 'The weather of a city.', schema: weatherInput }),
    tool(time, { name: 'get_time', description: 'The time of day.', schema: timeInput }),
  ];
};

interface Runnable {
  invoke(call: object): Promise<ToolMessage>;
}

/** Results of what a message calls. */
async function answersTo(message: AIMessage | AIMessageChunk): Promise<ToolMessage[]> {
  const results: ToolMessage[] = [];
  for (const call of message.tool_calls ?? []) {
    // One of the two, whose inputs the calls fit.
    const found = tools().find(({ name }) => name === call.name) as Runnable | undefined;
    if (found === undefined) throw new Error(call.name);
    results.push(await found.invoke({ ...call, type: 'tool_call' }));
  }
  return results;
}

/** The types of this version lose it. */
const outputOf = ({ usage_metadata: usage }: { usage_metadata?: unknown }): unknown =>
  (usage as { output_tokens?: number } | undefined)?.output_tokens;

describe.each(CASES)(
  'ChatOpenAI before $form (Responses API: $useResponsesApi)',
  ({ form, useResponsesApi }) => {
    it('invokes, and streams the same', async () => {
      const messages = [new SystemMessage('Be brief.'), new HumanMessage(naming('plain').text)];
      const model = chat(form, useResponsesApi);
      const whole = await model.invoke(messages);
      expect(whole.text).toBe(PLAIN_TEXT);
      expect(outputOf(whole)).toBeGreaterThan(5);
      const chunks = await collect(await model.stream(messages));
      expect(chunks.map(({ text }) => text).join('')).toBe(PLAIN_TEXT);
      const joined = chunks.reduce((all, one) => all.concat(one));
      expect(outputOf(joined)).toBe(outputOf(whole));
    });

    it.each([false, true])('binds tools, and takes their messages (stream: %s)', async (isStreamed) => {
      const model = chat(form, useResponsesApi).bindTools(tools());
      const messages: BaseMessage[] = [new HumanMessage(naming('parallel-tools').text)];
      const say = async (): Promise<AIMessage | AIMessageChunk> =>
        isStreamed
          ? (await collect(await model.stream(messages))).reduce((all, one) => all.concat(one))
          : model.invoke(messages);
      const first = await say();
      expect(first.tool_calls?.map(({ name }) => name)).toEqual(['get_weather', 'get_weather', 'get_time']);
      expect(first.tool_calls?.[0]?.args).toEqual(ONE_CALL);
      messages.push(first, ...(await answersTo(first)));
      expect((await say()).text).toBe(PARALLEL_RESULTS);
    });

    it('takes a message back that came out of thought', async () => {
      const model = chat(`${form}-thinking`, useResponsesApi, { reasoning: { effort: 'medium' } }).bindTools(
        tools(),
      );
      const messages: BaseMessage[] = [new HumanMessage(naming('reasoning-tool').text)];
      const first = await model.invoke(messages);
      expect(first.tool_calls?.map(({ args }) => args)).toEqual([ONE_CALL]);
      messages.push(first, ...(await answersTo(first)));
      expect((await model.invoke(messages)).text).toBe(`Results: sunny in ${ONE_CALL.city}`);
    });

    it('answers by a schema', async () => {
      const structured = chat(form, useResponsesApi).withStructuredOutput(person, { name: 'person' });
      const answer = await structured.invoke(naming('structured').text);
      expect(person.parse(answer)).toEqual(answer);
    });

    it('rejects with the status', async () => {
      const model = chat(form, useResponsesApi, { maxRetries: 0 });
      expect(await refusal(model.invoke(naming('rate-limit').text))).toMatchObject({ status: 429 });
      expect(await refusal(model.invoke(naming('bad-request').text))).toMatchObject({ status: 400 });
    });
  },
);

describe.each(['gemini', 'cohere-chat'] as const)('OpenAIEmbeddings before %s', (form) => {
  it('are the vendor’s vectors', async () => {
    const embeddings = new OpenAIEmbeddings({
      model: `${form}-embedding`,
      apiKey: lab.gateway.key,
      configuration: { baseURL: `${lab.gateway.url}/v1` },
    });
    expect(await embeddings.embedDocuments(['cat', 'a dog'])).toEqual(['cat', 'a dog'].map(vectorOf));
  });
});
