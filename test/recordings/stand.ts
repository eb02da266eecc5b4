/** One gateway with every recorded vendor configured, and one upstream that answers each request as it is told. */
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { type Handler, type ReceivedCall, startUpstream, writeInPieces } from '../support/upstream.ts';
import { singleTry, twin, twinAlias } from './names.ts';
import { type ChatRecording, conversations, type Recording, recordings } from './recording.ts';

export { passThrough, singleTry } from './names.ts';

export interface Exchange {
  readonly response: Response;
  /** What the provider got. */
  readonly received: ReceivedCall;
}

export interface Stand {
  readonly gateway: Gateway;
  /** POSTs JSON to the recording's route; the upstream's answer to this one request is `answer`. */
  post(recording: Recording, body: Record<string, unknown>, answer: Handler): Promise<Exchange>;
  /** The same with a form. */
  postForm(recording: Recording, form: FormData, answer: Handler): Promise<Exchange>;
  /** POSTs JSON with `MARK` in one of its texts, for requests that reach the upstream in another form. */
  ask(path: string, body: object, answer: Handler): Promise<Exchange>;
  stop(): Promise<void>;
}

/** Stands where the number of the request will stand. */
export const MARK = 'replay no. ?';

export async function startStand(): Promise<Stand> {
  const answers = new Map<string, Handler>();
  const received = new Map<string, ReceivedCall>();
  const upstream = await startUpstream(async (call, response, request) => {
    const id = replayId(call.body);
    received.set(id, call);
    const answer = answers.get(id);
    if (answer === undefined) response.writeHead(501).end(`nobody expects the request ${id} here`);
    else await answer(call, response, request);
  });
  const gateway = await startGateway({
    config: {
      keep_alive_ms: 600_000, // no comments between the recorded events, however slow the machine is
      providers: configureProviders(upstream.url),
      models: configureModels(),
    },
  });
  let count = 0;
  const exchange = async (answer: Handler, send: (id: string) => Promise<Response>): Promise<Exchange> => {
    count += 1;
    const id = String(count);
    answers.set(id, answer);
    const response = await send(id);
    const call = received.get(id);
    if (call === undefined) throw new Error(`no call reached the provider: ${await response.text()}`);
    return { response, received: call };
  };
  return {
    gateway,
    post: (recording, body, answer) =>
      exchange(answer, (id) => gateway.post(recording.route, marked({ ...body, replay: Number(id) }, id))),
    postForm: (recording, form, answer) =>
      exchange(answer, (id) => {
        form.set('replay', id);
        return gateway.request(recording.route, { method: 'POST', body: form });
      }),
    ask: (path, body, answer) => exchange(answer, (id) => gateway.post(path, marked(body, id))),
    stop: async () => {
      await gateway.stop();
      await upstream.stop();
    },
  };
}

const marked = (body: object, id: string): string =>
  JSON.stringify(body).replace(MARK, MARK.replace('?', id));

/** What beside a key some rows ask for. */
const SETTINGS: Readonly<Record<string, Record<string, string>>> = {
  bedrock: { region: 'us-east-1' },
  'bedrock-mantle': { region: 'us-east-1' },
  'azure-openai': { resource: 'stand' },
  'azure-foundry': { resource: 'stand' },
  snowflake: { account: 'stand' },
};

function configureProviders(url: string): Record<string, object> {
  const rows = [...recordings, ...conversations].map(({ vendor }): [string, object] => [
    vendor,
    standIn(`${url}/${vendor}`, SETTINGS[vendor]),
  ]);
  const twins = conversations.map(({ vendor, form }): [string, object] => [
    twin(vendor, form),
    standIn(`${url}/${vendor}`, { dialect: form, ...SETTINGS[vendor] }),
  ]);
  return Object.fromEntries([...rows, ...twins]);
}

function configureModels(): Record<string, object> {
  const alias = (provider: string, model: string) => ({ targets: [{ provider, model }], retries: 0 });
  return Object.fromEntries([
    ...[...recordings, ...conversations].map((one) => [singleTry(one), alias(one.vendor, one.model)]),
    ...conversations.map((one) => [twinAlias(one), alias(twin(one.vendor, one.form), one.model)]),
  ]);
}

/** A field that no provider knows tells which request this is, or a text: both travel as they are. */
function replayId(body: Buffer): string {
  const text = body.toString('latin1');
  const match = /"replay":(\d+)|name="replay"\r\n\r\n(\d+)|replay no\. (\d+)/.exec(text);
  return match?.[1] ?? match?.[2] ?? match?.[3] ?? '';
}

/** The recorded answer, `size` bytes a write (0: all at once). */
export const recorded =
  ({ status, headers, bytes }: Recording, size: number): Handler =>
  async (_, response) => {
    response.writeHead(status, headers);
    await writeInPieces(response, bytes, size);
    response.end();
  };

/** The first `share` of the recorded answer, which ends as cleanly as a whole one. */
export const cutOff =
  (recording: ChatRecording, share: number): Handler =>
  (_, response) => {
    response.writeHead(recording.status, recording.headers);
    response.end(recording.bytes.subarray(0, cutLength(recording, share)));
  };

export const cutLength = ({ bytes }: ChatRecording, share: number): number =>
  Math.floor(bytes.length * share);

export const bytesOf = async (response: Response): Promise<Buffer> =>
  Buffer.from(await response.arrayBuffer());
