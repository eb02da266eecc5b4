/** Every way in which a command ends badly, and what is told on standard error. Nothing here holds a credential. */
import { toSafeText } from './safe-text.ts';

/** The command was not understood: exit code 2. */
export class UsageError extends Error {}

/** The command was understood, and did not work: exit code 1. */
export class CommandFailed extends Error {}

/** The gateway could not be reached, or broke off. The request may have arrived. */
export class Unreachable extends Error {}

/** The gateway said no. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  readonly requestId: string | null;
  constructor(refusal: {
    message: string;
    status: number;
    code: string | null;
    param: string | null;
    requestId: string | null;
  }) {
    super(refusal.message);
    this.status = refusal.status;
    this.code = refusal.code;
    this.param = refusal.param;
    this.requestId = refusal.requestId;
  }
}

export const exitCodeOf = (failure: unknown): 1 | 2 => (failure instanceof UsageError ? 2 : 1);

/** Lines for standard error. What we did not foresee shows its stack: it is a mistake of ours. */
export function describeFailure(failure: unknown): string {
  if (failure instanceof ApiRefusal) return describeRefusal(failure);
  if (failure instanceof UsageError || failure instanceof CommandFailed || failure instanceof Unreachable)
    return `error: ${failure.message.split('\n').map(toSafeText).join('\n')}\n`;
  const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  return `error: unexpected failure\n${text.split('\n').map(toSafeText).join('\n')}\n`;
}

function describeRefusal({ message, status, code, param, requestId }: ApiRefusal): string {
  const lines = [
    `error: ${toSafeText(message)}`,
    `  status      ${status}${code ? ` ${toSafeText(code)}` : ''}`,
  ];
  if (param !== null) lines.push(`  param       ${toSafeText(param)}`);
  if (requestId !== null) lines.push(`  request id  ${toSafeText(requestId)}`);
  return `${lines.join('\n')}\n`;
}
