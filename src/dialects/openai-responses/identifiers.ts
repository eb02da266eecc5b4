/** Ids and times of what this form needs and other vendors do not send. */
import { freshId, type Identifiers, randomIdentifiers } from '../identifiers.ts';

export interface ResponseIdentifiers extends Identifiers {
  /** A fresh id of an output item: `msg_…`, `fc_…`, `ctc_…`, `rs_…`, `ig_…`. */
  item(prefix: ItemPrefix): string;
}

/** Message, function call, custom tool call, reasoning, image generation. */
export type ItemPrefix = 'msg' | 'fc' | 'ctc' | 'rs' | 'ig';

export const randomResponseIdentifiers: ResponseIdentifiers = {
  ...randomIdentifiers('resp_'),
  item: (prefix) => freshId(`${prefix}_`),
};
