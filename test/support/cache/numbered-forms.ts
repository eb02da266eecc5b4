/** Streams and whole answers of every wire form, with a text in the pieces that a test chose. */
import { type BilledForm, formOf, type VendorBill } from '../limits/bills.ts';

export interface PiecedForm {
  whole(text: string): object;
  /** What comes before any content. */
  readonly preamble: string;
  /** One event for each piece, in their order. */
  contents(pieces: readonly string[]): readonly string[];
  end(text: string): string;
}

const BILL: VendorBill = { input: 11, output: 7 };

/** What each answer of a vendor here tells of its usage. */
export const TOLD_USAGE = { input_tokens: BILL.input, output_tokens: BILL.output };

/** The form of a path; `null` where nothing streams or is written in turns. */
export function piecedForm(path: string): PiecedForm | null {
  if (path.endsWith('/responses')) return responses;
  const form = formOf(path, BILL);
  return form === null ? null : ofBilled(form);
}

const ofBilled = (form: BilledForm): PiecedForm => ({
  whole: (text) => form.whole(BILL, text),
  preamble: form.preamble,
  contents: (pieces) => pieces.map((piece) => form.content(piece)),
  end: () => form.end(BILL),
});

const PLACE = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const part = (text: string): object => ({ type: 'output_text', text, annotations: [] });
const item = (status: string, content: readonly object[]): object => ({
  id: 'msg_1',
  type: 'message',
  status,
  role: 'assistant',
  content,
});
const response = (status: string, output: readonly object[]): object => ({
  id: 'resp_upstream_0001',
  object: 'response',
  created_at: 1,
  status,
  error: null,
  incomplete_details: null,
  model: 'm',
  output,
  usage:
    status === 'completed'
      ? {
          ...TOLD_USAGE,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: BILL.input + BILL.output,
        }
      : null,
});

/** Sequence numbers count on from one event to the next, whoever makes it. */
const event = (sequence_number: number, type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...fields })}\n\n`;

const responses: PiecedForm = {
  whole: (text) => response('completed', [item('completed', [part(text)])]),
  preamble:
    event(0, 'response.created', { response: response('in_progress', []) }) +
    event(1, 'response.in_progress', { response: response('in_progress', []) }) +
    event(2, 'response.output_item.added', { output_index: 0, item: item('in_progress', []) }) +
    event(3, 'response.content_part.added', { ...PLACE, part: part('') }),
  contents: (pieces) =>
    pieces.map((delta, index) => event(4 + index, 'response.output_text.delta', { ...PLACE, delta })),
  end: (text) => {
    const next = 4 + text.split('<').length - 1; // a piece begins with it, and has no other
    const done = item('completed', [part(text)]);
    return (
      event(next, 'response.output_text.done', { ...PLACE, text }) +
      event(next + 1, 'response.content_part.done', { ...PLACE, part: part(text) }) +
      event(next + 2, 'response.output_item.done', { output_index: 0, item: done }) +
      event(next + 3, 'response.completed', { response: response('completed', [done]) })
    );
  },
};
