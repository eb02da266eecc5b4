/** `GET /v1/models` and `GET /v1/models/{id}`: what the key may use, in the shape of the client's form. */
import type { Context } from 'hono';
import type { DoorDialect } from '../dialects/routes.ts';
import { ModelNotFound } from '../errors.ts';
import type { Services } from '../gateway/services.ts';
import { mayReach, mayUseModel, type Principal } from '../keys/principal.ts';
import { leavesOf } from '../routing/leaves-of.ts';
import { type ListedModel, listModels, resolveModel } from '../routing/model-index.ts';
import type { HttpEnv } from './bindings.ts';
import { dialectOf } from './door-dialect.ts';
import { enterDoor } from './enter-door.ts';
import { decodePathSegment } from './path-segment.ts';

export const MODELS_ROUTE = '/v1/models';

export async function listModelsDoor(c: Context<HttpEnv>): Promise<Response> {
  const { services, principal } = await enterDoor(c, MODELS_ROUTE);
  const models = listModels(services.snapshot).filter((model) => isUsable(model.id, principal, services));
  return respond(c, LISTS[dialectOf(c.req.raw)](models));
}

export async function retrieveModelDoor(c: Context<HttpEnv>): Promise<Response> {
  const { services, principal } = await enterDoor(c, MODELS_ROUTE);
  const id = decodePathSegment(c.req.path.replace(/^(?:\/v1|\/v1beta)?\/models\//, ''));
  const resolved = resolveModel(id, services.snapshot, (target) => mayUseModel(principal, target));
  if (!isUsable(id, principal, services)) throw new ModelNotFound(id);
  const listed = listModels(services.snapshot).find((model) => model.id === id);
  const model = listed ?? { id, ownedBy: resolved.kind === 'target' ? resolved.provider : 'edgeway' };
  return respond(c, MODELS[dialectOf(c.req.raw)](model));
}

/** Granted, and with at least one target that is not denied. */
function isUsable(id: string, principal: Principal, { snapshot }: Services): boolean {
  const resolved = resolveModel(id, snapshot, (target) => mayUseModel(principal, target));
  if (resolved.kind === 'target') {
    const name = `${resolved.provider}/${resolved.model}`;
    return mayUseModel(principal, name) && mayReach(principal, name);
  }
  const targets = leavesOf(resolved.entry, snapshot);
  return (
    mayUseModel(principal, id) &&
    targets.some((target) => mayReach(principal, `${target.provider}/${target.model}`))
  );
}

function respond(c: Context<HttpEnv>, body: object): Response {
  c.var.settlement?.finish('complete', null);
  return Response.json(body, { headers: { 'cache-control': 'private' } });
}

/** Nobody tells us when a model was made: the shape wants a number, and 0 claims nothing. */
const toOpenAi = ({ id, ownedBy }: ListedModel) => ({ id, object: 'model', created: 0, owned_by: ownedBy });

const toAnthropic = ({ id }: ListedModel) => ({
  type: 'model',
  id,
  display_name: id,
  created_at: '1970-01-01T00:00:00Z',
});

const toAnthropicList = (models: ListedModel[]) => ({
  data: models.map(toAnthropic),
  has_more: false,
  first_id: models[0]?.id ?? null,
  last_id: models.at(-1)?.id ?? null,
});

/** Google's ids have a prefix that its clients put in front of every model's name. */
const toGemini = ({ id }: ListedModel) => ({
  name: `models/${id}`,
  displayName: id,
  supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
});

const toOpenAiList = (models: ListedModel[]) => ({ object: 'list', data: models.map(toOpenAi) });

const MODELS: Readonly<Record<DoorDialect, (model: ListedModel) => object>> = {
  'openai-chat': toOpenAi,
  'openai-responses': toOpenAi,
  'anthropic-messages': toAnthropic,
  gemini: toGemini,
};

const LISTS: Readonly<Record<DoorDialect, (models: ListedModel[]) => object>> = {
  'openai-chat': toOpenAiList,
  'openai-responses': toOpenAiList,
  'anthropic-messages': toAnthropicList,
  gemini: (models) => ({ models: models.map(toGemini) }),
};
