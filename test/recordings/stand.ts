/** One gateway with every recorded vendor configured, and one upstream that answers each request as it is told. */
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { type Handler, type ReceivedCall, startUpstream, writeInPieces } from '../support/upstream.ts';
import { type Recording, recordings } from './recording.ts';

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
  stop(): Promise<void>;
}

/** The model's name on which a failed call is tried again. */
export const passThrough = ({ vendor, model }: Recording): string => `${vendor}/${model}`;
/** The alias of the same model on which nothing is tried again. */
export const singleTry = ({ id }: Recording): string => `once:${id}`;

export async function startStand(): Promise<Stand> {
  const answers = new Map<string, Handler>();
  const received = new Map<string, ReceivedCall>();
  const upstream = await startUpstream(async (call, response, request) => {
    const id = replayId(call.body);
    received.set(id, call);
    await answers.get(id)?.(call, response, request);
  });
  const vendors = [...new Set(recordings.map(({ vendor }) => vendor))];
  const gateway = await startGateway({
    config: {
      keep_alive_ms: 600_000, // no comments between the recorded events, however slow the machine is
      providers: Object.fromEntries(vendors.map((id) => [id, standIn(`${upstream.url}/${id}`)])),
      models: Object.fromEntries(recordings.map((one) => [singleTry(one), aliasOf(one)])),
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
      exchange(answer, (id) => gateway.post(recording.route, { ...body, replay: Number(id) })),
    postForm: (recording, form, answer) =>
      exchange(answer, (id) => {
        form.set('replay', id);
        return gateway.request(recording.route, { method: 'POST', body: form });
      }),
    stop: async () => {
      await gateway.stop();
      await upstream.stop();
    },
  };
}

const aliasOf = ({ vendor: provider, model }: Recording): object => ({
  targets: [{ provider, model }],
  retries: 0,
});

/** A field that no provider knows tells which request this is: unknown fields travel as they are. */
function replayId(body: Buffer): string {
  const match = /"replay":(\d+)|name="replay"\r\n\r\n(\d+)/.exec(body.toString('latin1'));
  return match?.[1] ?? match?.[2] ?? '';
}

/** The recorded answer, `size` bytes a write (0: all at once). */
export const recorded =
  ({ status, headers, bytes }: Recording, size: number): Handler =>
  async (_, response) => {
    response.writeHead(status, headers);
    await writeInPieces(response, bytes, size);
    response.end();
  };

export const bytesOf = async (response: Response): Promise<Buffer> =>
  Buffer.from(await response.arrayBuffer());
