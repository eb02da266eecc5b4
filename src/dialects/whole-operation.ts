/**
 * Operations with a JSON question and a JSON answer, never a stream: embeddings, rerank. Like the codecs, in two
 * sides: what clients speak at a door, and what providers speak. Each operation has a canonical request and answer of
 * its own.
 */
import type { Usage } from '../usage/usage.ts';
import type { JsonObject } from './canonical.ts';

/** One call of a provider. */
export interface WholeCall {
  /** Below the provider's base URL, percent-encoded. */
  readonly path: string;
  readonly body: JsonObject;
}

export interface EncodedCalls {
  /** More than one where the vendor takes fewer inputs a call than the client sent; in the order of the inputs. */
  readonly calls: readonly WholeCall[];
  /** Fields of the client that this form has no place for. */
  readonly dropped: readonly string[];
}

export interface WholeDoor<Request, Answer> {
  /** Throws `InvalidRequest` naming the field. */
  decodeRequest(body: JsonObject): Request;
  /** `model`: what the client called it. */
  encodeAnswer(answer: Answer, request: Request, model: string): JsonObject;
}

export interface WholeUpstream<Request, Answer> {
  /** Throws `InvalidRequest` for what this form cannot say and that must not be dropped. `model`: the upstream's. */
  encodeRequest(request: Request, model: string): EncodedCalls;
  /** `bodies`: the parsed answers, one a call. `null` if they are no answer of this form. */
  decodeAnswer(bodies: readonly unknown[], request: Request): Answer | null;
}

/** A door and an upstream of one operation, with its canonical form hidden between them. */
export interface WholeTranslation {
  /** Throws `InvalidRequest`. `clientModel`: what the client calls the model. */
  open(body: JsonObject, model: string, clientModel: string): WholeQuestion;
}

export interface WholeQuestion extends EncodedCalls {
  /** `null` if the bodies are no answer. */
  read(bodies: readonly unknown[]): { readonly body: JsonObject; readonly usage: Usage | null } | null;
}

export const bindWhole = <Request, Answer extends { readonly usage: Usage | null }>(
  door: WholeDoor<Request, Answer>,
  upstream: WholeUpstream<Request, Answer>,
): WholeTranslation => ({
  open: (body, model, clientModel) => {
    const request = door.decodeRequest(body);
    return {
      ...upstream.encodeRequest(request, model),
      read: (bodies) => {
        const answer = upstream.decodeAnswer(bodies, request);
        return answer && { body: door.encodeAnswer(answer, request, clientModel), usage: answer.usage };
      },
    };
  },
});
