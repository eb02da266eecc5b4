/** What `POST /v1/explain` is asked: a request, written down in a body. */
import * as z from 'zod';
import { toPath } from '../../config/parse-document.ts';
import { onlyMember } from '../../dialects/deciding-members.ts';
import { MAX_NESTING } from '../../dialects/json-request.ts';
import { InvalidRequest } from '../../errors.ts';
import { scanJsonMembers } from '../../json-members.ts';

export interface ExplainWish {
  readonly route: string;
  /** Byte by byte as it stands in the question, so that it has the very cache key that it would have by itself. */
  readonly body: Uint8Array;
  /** That would come with it, beside those that came with the question. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Throws `InvalidRequest`. */
export function readWish(bytes: Uint8Array): ExplainWish {
  const { members, tooDeepIn } = scanJsonMembers(bytes, MAX_NESTING + 1);
  if (tooDeepIn !== null)
    throw new InvalidRequest(`\`body\` is nested deeper than ${MAX_NESTING} levels.`, 'body');
  const { route, headers } = check(parse(bytes));
  const { start, end } = onlyMember(members, 'body') ?? NOTHING;
  for (const name of ['route', 'headers']) onlyMember(members, name);
  return { route, headers, body: bytes.subarray(start, end) };
}

/** The schema has refused a question without a body. */
const NOTHING = { start: 0, end: 0 };

/** `own`: of the question itself. Throws `InvalidRequest`. */
export function wishedHeaders(own: Headers, { headers }: Pick<ExplainWish, 'headers'>): Headers {
  const wished = new Headers(own);
  for (const [name, value] of Object.entries(headers)) {
    try {
      wished.set(name, value);
    } catch {
      throw new InvalidRequest(
        `\`headers\` holds what no header can be: ${JSON.stringify(name)}.`,
        'headers',
      );
    }
  }
  return wished;
}

function wishSchema() {
  return z.strictObject({
    route: z.string(),
    body: z.looseObject({}),
    headers: z.record(z.string(), z.string()).default({}),
  });
}

function check(value: unknown): z.output<ReturnType<typeof wishSchema>> {
  const result = wishSchema().safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue?.path;
  const name = path === undefined || path.length === 0 ? null : toPath(path);
  throw new InvalidRequest(`${name ?? 'The body'}: ${issue?.message ?? 'is not valid'}`, name);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw new InvalidRequest('The body is not valid JSON.', null);
  }
}
