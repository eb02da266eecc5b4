/** How the simulator says no: errors in the form of the OpenAI API. */

export interface RefusalDetails {
  readonly param?: string;
  readonly code?: string;
}

/** Thrown where a request cannot be served; becomes an error answer in `simulator.ts`. */
export class Refusal extends Error {
  /** HTTP status. */
  readonly status: number;
  /** The field of the request body that is wrong, or `null`. */
  readonly param: string | null;
  readonly code: string | null;
  constructor(status: number, message: string, details: RefusalDetails = {}) {
    super(message);
    this.status = status;
    this.param = details.param ?? null;
    this.code = details.code ?? null;
  }
}

/** A 400 that names the field. */
export const invalidField = (param: string, message: string): Refusal =>
  new Refusal(400, message, { param, code: 'invalid_request' });

/** The error that an `error_status` stands for. */
export const simulatedError = (status: number): Refusal => {
  const code = SIMULATED_CODES[status];
  return new Refusal(status, `The simulator was told to answer with status ${status}.`, code ? { code } : {});
};

/** Codes that the OpenAI API sends with these statuses. */
const SIMULATED_CODES: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
};

/** `{error: {message, type, param, code}}` */
export function toErrorBody(refusal: Refusal): object {
  const { message, status, param, code } = refusal;
  return { error: { message, type: typeOf(status), param, code } };
}

function typeOf(status: number): string {
  if (status >= 500) return 'server_error';
  return status === 429 ? 'requests' : 'invalid_request_error';
}
