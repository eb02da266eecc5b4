/**
 * A conversation with a model in neutral words, whatever the client speaks: one adapter a door, each on the vendor's
 * own SDK. `keep` puts an answer back into the history exactly as the client got it.
 */

export interface Target {
  /** Without a path. */
  readonly url: string;
  readonly key: string;
}

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export type Choice = 'auto' | 'none' | 'required' | { readonly name: string };

/** What a conversation asks for beside its turns. */
export interface Ask {
  readonly model: string;
  readonly system?: string;
  readonly tools?: readonly ToolSpec[];
  readonly choice?: Choice;
  readonly limit?: number;
  readonly temperature?: number;
  readonly stop?: string;
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly thinks?: boolean;
}

/** `image` is a PNG, `pdf` a PDF, in base64. */
export type UserPart = { readonly text: string } | { readonly image: string } | { readonly pdf: string };

export interface GotCall {
  readonly id: string;
  readonly name: string;
  readonly args: unknown;
}

/** An answer in neutral words. */
export interface Got {
  readonly text: string;
  readonly refusal: string | null;
  readonly reasoning: string;
  readonly calls: readonly GotCall[];
  /** The door's own word. */
  readonly finish: string;
  readonly usage: { readonly input: number; readonly output: number; readonly cached: number } | null;
  /** The answer as the client sends it back. */
  readonly native: unknown;
  /** What the client got, as JSON: the body, or each event of a stream. */
  readonly raw: readonly unknown[];
  readonly headers: Headers;
}

export interface Conversation {
  user(...parts: readonly (string | UserPart)[]): void;
  /** A turn that the client makes up, or that another model said. */
  assistant(text: string, calls?: readonly GotCall[]): void;
  results(list: readonly { readonly call: GotCall; readonly text: string }[]): void;
  /** An instruction where it stands; doors whose clients know none in the middle have no such method. */
  instruct?(text: string): void;
  /** Throws what the client throws. */
  send(stream: boolean): Promise<Got>;
  keep(got: Got): void;
  /** The last request once more, without the client. */
  replay(): Promise<Response>;
}

/** A failed call as the client sees it. */
export interface Failed {
  /** The HTTP status; `null` in a stream, or where the client cannot tell. */
  readonly status: number | null;
  readonly message: string;
  /** The door's own word for what went wrong. */
  readonly type: string | null;
  readonly param: string | null;
  readonly retryAfter: string | null;
}

/** Words in which a door says why an answer ended. */
export type Ending = 'stop' | 'stop-sequence' | 'length' | 'calls' | 'filter';

export interface Door {
  readonly id: string;
  /** Whether instructions may stand in the middle of a conversation. */
  readonly hasInstructions: boolean;
  open(target: Target, ask: Ask): Conversation;
  /** `null`: it is no error of this client. */
  failed(thrown: unknown): Failed | null;
  readonly endings: Readonly<Record<Ending, string>>;
  /** What stands in a stream only if the answer is whole. */
  readonly wholeMark: RegExp;
}

export const asPart = (part: string | UserPart): UserPart =>
  typeof part === 'string' ? { text: part } : part;

/** As clients write it: a text alone stays a text. */
export function contentOf<Native>(
  parts: readonly (string | UserPart)[],
  toNative: (part: UserPart) => Native,
): string | Native[] {
  const [only] = parts;
  return parts.length === 1 && typeof only === 'string' ? only : parts.map((one) => toNative(asPart(one)));
}

export interface KeepingFetch {
  readonly fetch: typeof fetch;
  /** The last answer. */
  last(): Promise<{ readonly raw: unknown[]; readonly headers: Headers }>;
  /** The last request once more, without the client. */
  replay(): Promise<Response>;
}

/** A `fetch` that keeps the bytes of each answer, for clients that change what they read. */
export function keepingFetch(): KeepingFetch {
  let kept: { text: Promise<string>; headers: Headers; again: () => Promise<Response> } | null = null;
  const need = (): NonNullable<typeof kept> => {
    if (kept === null) throw new Error('nothing was fetched');
    return kept;
  };
  return {
    fetch: async (input, init) => {
      const { signal, ...rest } = init ?? {};
      const response = await fetch(input, { ...rest, ...(signal ? { signal } : {}) });
      const text = response.clone().text();
      text.catch(() => undefined); // a broken body is told by the client
      kept = { text, headers: response.headers, again: () => fetch(input, rest) };
      return response;
    },
    last: async () => ({ raw: parse(await need().text), headers: need().headers }),
    replay: () => need().again(),
  };
}

function parse(text: string): unknown[] {
  if (text.startsWith('{')) return [JSON.parse(text)];
  const data = text.split(/\r?\n/).filter((line) => line.startsWith('data: {'));
  return data.map((line) => JSON.parse(line.slice('data: '.length)));
}

/** Arguments that do not parse are a failure of the test that gets them. */
export function parseArgs(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error(`arguments are no JSON: ${json}`);
  }
}
