/** Names of models and providers in the stand's configuration. */
import { CATALOGUE } from '../../src/providers/catalogue.ts';
import type { ChatRecording, Form, Recording } from './recording.ts';

/** The model's name on which a failed call is tried again. */
export const passThrough = ({ vendor, model }: Recording): string => `${vendor}/${model}`;
/** The alias of the same model on which nothing is tried again. */
export const singleTry = ({ id }: Recording): string => `once:${id}`;

/** A provider that answers as the vendor, but speaks this form only, and is no row of the catalogue. */
export const twin = (vendor: string, form: Form): string => `${vendor}-by-${form}`;
/** The alias that leads to the twin. */
export const twinAlias = ({ id }: Recording): string => `twin:${id}`;

/** Errors by which a vendor refuses the gateway's key: wire 69. */
const REFUSED_KEYS = [
  'aws-bedrock/converse/error-403-token',
  'google-gemini/generateContent/error-400-bad-key',
  'xai/responses/error-400-bad-key',
];

export const refusesKey = ({ id, status, bytes }: Recording): boolean =>
  status === 401 || REFUSED_KEYS.includes(id) || bytes.includes('"insufficient_quota"');

/**
 * Whether the recorded answer has to come from the twin for a client of `door`'s form: the vendor would be asked in
 * another form than the recorded one.
 */
export function needsTwin(recording: ChatRecording, door: Form): boolean {
  if (refusesKey(recording) && recording.kind === 'error') return false; // only its row knows how it says so
  const row = CATALOGUE.find(({ id }) => id === recording.vendor);
  const asked = row?.dialect ?? 'openai-chat';
  return asked !== recording.form || row?.alsoSpeaks?.includes(door) === true;
}
