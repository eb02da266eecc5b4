/** Answers of every wire form that begin and never end, for clients that leave. */
import type { Form } from '../stand-ins/form.ts';
import { instanceOf } from '../stand-ins/schemas.ts';
import { scriptOf } from '../stand-ins/script.ts';
import type { Handler } from '../upstream.ts';

/** A text delta in every form. */
const DELTA = 8;
const EVERY_MS = 20;

/** The beginning of a stream, and then one delta again and again until the other side closes. */
export const answerEndlessly =
  (form: Form): Handler =>
  (call, response) => {
    const heard = form.hear({
      method: call.method,
      url: new URL(call.path, `http://${call.headers.host}`),
      headers: call.headers,
      raw: call.body,
      body: JSON.parse(call.body.toString()),
    });
    const { contentType, pieces } = form.stream(scriptOf(heard, instanceOf), heard);
    response.writeHead(200, { 'content-type': contentType });
    for (const piece of pieces.slice(0, DELTA)) response.write(piece);
    const ticking = setInterval(() => response.write(pieces[DELTA - 1] ?? ''), EVERY_MS);
    response.on('close', () => clearInterval(ticking));
  };
