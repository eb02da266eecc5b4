/** Ids and times of what this form needs and other vendors do not send. */
export interface Identifiers {
  /** A fresh id of a response: `resp_…`. */
  response(): string;
  /** A fresh id of an output item: `msg_…`, `fc_…`, `ctc_…`, `rs_…`, `ig_…`. */
  item(prefix: ItemPrefix): string;
  /** A fresh id of a tool call. */
  call(): string;
  /** Seconds since the Unix epoch. */
  now(): number;
}

/** Message, function call, custom tool call, reasoning, image generation. */
export type ItemPrefix = 'msg' | 'fc' | 'ctc' | 'rs' | 'ig';

const fresh = (): string => crypto.randomUUID().replaceAll('-', '');

export const randomIdentifiers: Identifiers = {
  response: () => `resp_${fresh()}`,
  item: (prefix) => `${prefix}_${fresh()}`,
  call: () => `call_${fresh().slice(0, 24)}`,
  now: () => Math.floor(Date.now() / 1000),
};
