/** One gateway before a vendor of each form, and one request of a test: its door, its model, its label. */
import { randomUUID } from 'node:crypto';
import { type Gateway, startGateway, type TestKey } from '../gateway.ts';
import type { Handler, ReceivedCall } from '../upstream.ts';
import { freePort, type LogLine } from '../workerd.ts';
import { bodyOf, pathOf } from './calls.ts';
import type { DoorId } from './told-error.ts';
import { FORMS, type Form } from './vendor-forms.ts';
import { startVendor, type Vendor } from './vendors.ts';

/** Long enough for a healthy vendor on a busy machine, and short enough to wait for. */
const SHORT_MS = 700;
export const SHORT_TIMEOUTS = ['headers_ms', 'first_token_ms', 'idle_ms', 'total_ms'] as const;
export type ShortTimeout = (typeof SHORT_TIMEOUTS)[number];

/** Ways to recover: not at all, on the same target, on one of another form. */
export type Way = 'alone' | 'retried' | 'backed';

/** Who stands behind a vendor of this form: never the same form. */
export const BEHIND: Readonly<Record<Form, Form>> = {
  'openai-chat': 'anthropic-messages',
  'openai-responses': 'gemini',
  'anthropic-messages': 'gemini',
  gemini: 'openai-chat',
  'bedrock-converse': 'openai-responses',
};
export const GOOD_TEXT = 'from the one behind';

/** One way to fail, with aliases and targets of its own: what is learnt of them is nothing to other tests. */
export interface LabCase {
  readonly id: string;
  readonly form: Form;
  readonly timeout?: ShortTimeout | undefined;
}

const WAYS: readonly Way[] = ['alone', 'retried', 'backed'];
const caseAlias = (way: Way, { id }: LabCase): string => `${way}-case-${id}`;
export const caseProvider = (way: Way, { id }: LabCase): string => `up-${way}-case-${id}`;

export interface Lab {
  readonly gateway: Gateway;
  /** The vendor of each form that tests break. */
  readonly vendors: Readonly<Record<Form, Vendor>>;
  /** The healthy ones behind them. */
  readonly good: Readonly<Record<Form, Vendor>>;
  request(door: DoorId, form: Form, stream: boolean): LabRequest;
  stop(): Promise<void>;
}

export const aliasOf = (way: Way, form: Form, timeout?: ShortTimeout): string =>
  timeout === undefined ? `${way}-${form}` : `${way}-${form}-${timeout}`;

const target = (kind: 'up' | 'good' | 'dead', form: Form): object => ({
  provider: `${kind}-${form}`,
  model: `${kind}-model`,
});

/** Whether a circuit opens is a question of other suites. */
const entryOf = (way: Way, form: Form, up: object, timeout?: ShortTimeout): object => ({
  retries: way === 'retried' ? 1 : 0,
  targets: way === 'backed' ? [up, target('good', BEHIND[form])] : [up],
  breaker: { enabled: false },
  ...(timeout === undefined ? {} : { timeouts: { [timeout]: SHORT_MS } }),
});

function aliases(form: Form): [string, object][] {
  const up = target('up', form);
  const backed = { ...up, model: 'up-model-backed' };
  const named = WAYS.flatMap((way) =>
    [undefined, ...SHORT_TIMEOUTS].map((timeout): [string, object] => [
      aliasOf(way, form, timeout),
      entryOf(way, form, way === 'backed' ? backed : up, timeout),
    ]),
  );
  return [
    ...named,
    [`dead-${form}`, { retries: 0, targets: [target('dead', form)] }],
    [`native-${form}`, { retries: 0, metering: false, targets: [up] }],
  ];
}

const casesOf = (cases: readonly LabCase[]) =>
  cases.flatMap((one) => WAYS.map((way) => ({ way, one, provider: caseProvider(way, one) })));

export const VENDOR_KEY = 'sk-upstream-secret-0001';

export async function startLab(
  options: { config?: Record<string, unknown>; keys?: readonly TestKey[]; cases?: readonly LabCase[] } = {},
): Promise<Lab> {
  const start = async (name: string): Promise<Record<Form, Vendor>> => {
    const started = await Promise.all(FORMS.map(async (form) => [form, await startVendor(form, name)]));
    return Object.fromEntries(started) as Record<Form, Vendor>; // one a form
  };
  const [vendors, good] = [await start('from the first'), await start(GOOD_TEXT)];
  const nobody = `http://127.0.0.1:${await freePort()}/v1`;
  const provider = (form: Form, baseUrl: string): object => ({
    dialect: form,
    base_url: baseUrl,
    api_keys: [VENDOR_KEY],
    allow_insecure: true,
    ...(form === 'bedrock-converse' ? { region: 'eu-central-1' } : {}),
  });
  const providers = FORMS.flatMap((form) => [
    [`up-${form}`, provider(form, vendors[form].baseUrl)],
    [`good-${form}`, provider(form, good[form].baseUrl)],
    [`dead-${form}`, provider(form, nobody)],
  ]);
  const cases = casesOf(options.cases ?? []);
  const gateway = await startGateway({
    keys: options.keys ?? [],
    config: {
      ...options.config,
      providers: {
        ...Object.fromEntries(providers),
        ...Object.fromEntries(
          cases.map(({ one, provider: id }) => [id, provider(one.form, vendors[one.form].baseUrl)]),
        ),
        ...(options.config?.providers as object),
      },
      models: {
        ...Object.fromEntries(FORMS.flatMap(aliases)),
        ...Object.fromEntries(
          cases.map(({ way, one, provider: id }) => [
            caseAlias(way, one),
            entryOf(way, one.form, { provider: id, model: 'up-model' }, one.timeout),
          ]),
        ),
        ...(options.config?.models as object), // a document's, if there is any
      },
    },
  });
  const lab: Lab = {
    gateway,
    vendors,
    good,
    request: (door, form, stream) => new LabRequest(lab, door, form, stream),
    stop: async () => {
      await gateway.stop();
      for (const vendor of [...Object.values(vendors), ...Object.values(good)]) await vendor.stop();
    },
  };
  return lab;
}

export class LabRequest {
  readonly label = randomUUID();
  readonly #lab: Lab;
  readonly #door: DoorId;
  readonly #form: Form;
  readonly #stream: boolean;

  constructor(lab: Lab, door: DoorId, form: Form, stream: boolean) {
    this.#lab = lab;
    this.#door = door;
    this.#form = form;
    this.#stream = stream;
  }

  /** What the vendor does with this request, in place of an honest answer. */
  on(handler: Handler): void {
    this.#lab.vendors[this.#form].on(this.label, handler);
  }

  async send(
    way: Way | 'dead' | 'native',
    timeout?: ShortTimeout,
    more: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const alias = `${way}-${this.#form}${timeout === undefined ? '' : `-${timeout}`}`;
    return this.#lab.gateway.post(this.path(alias), { ...this.body(alias), ...more }, headers);
  }

  async sendCase(way: Way, one: LabCase): Promise<Response> {
    const alias = caseAlias(way, one);
    return this.#lab.gateway.post(this.path(alias), this.body(alias));
  }

  path(model: string): string {
    return pathOf(this.#door, model, this.#stream);
  }

  body(model: string): Record<string, unknown> {
    return bodyOf(this.#door, model, this.#stream, `label:${this.label}`);
  }

  /** Calls of this request that the vendor got. */
  get calls(): readonly ReceivedCall[] {
    return this.#lab.vendors[this.#form].calls(this.label);
  }

  /** And the one behind it. */
  get callsBehind(): readonly ReceivedCall[] {
    return this.#lab.good[BEHIND[this.#form]].calls(this.label);
  }

  async line(response: Response): Promise<LogLine> {
    return this.#lab.gateway.lineOf(response.headers.get('x-request-id'));
  }
}

export const edgewayHeaders = ({ headers }: Response): Record<string, string | null> => ({
  attempts: headers.get('x-edgeway-attempts'),
  provider: headers.get('x-edgeway-provider'),
  model: headers.get('x-edgeway-model'),
});
