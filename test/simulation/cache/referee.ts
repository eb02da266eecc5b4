/**
 * Judges each answer of a day, and tells what a cache without faults would have known. It knows nothing of keys and
 * stores: only who asked what, when a provider said it last, and for how long that counts.
 */
import { costOf } from '../../../src/usage/cost.ts';
import { PriceBook } from '../../../src/usage/prices.ts';
import { estimatedUsage } from '../../../src/usage/usage.ts';
import type { Told } from './gateway.ts';
import { type Body, chatSaid, type Tokens, tokensOf, vectorOf } from './provider.ts';
import { type Alias, type Asked, type TenantName, TTL_SECONDS } from './tenants.ts';

/** What each alias leads to. */
export const TARGETS: Readonly<Record<Alias, { readonly provider: string; readonly model: string }>> = {
  assistant: { provider: 'openai', model: 'gpt-4.1-mini' },
  analyst: { provider: 'anthropic', model: 'claude-sonnet-4-5' },
  vectors: { provider: 'openai', model: 'text-embedding-3-small' },
};

/** Questions are chat requests, and texts to be embedded. Money in billionths of a dollar. */
export interface Score {
  requests: number;
  questions: number;
  cacheable: number;
  /** Answered without asking a provider. */
  known: number;
  /** By a cache that forgets nothing before its time, and is everywhere at once. */
  ideal: number;
  /** Without any cache. */
  wouldCost: number;
  cost: number;
}

/** A call of a provider: the texts that went up, or the one chat request. */
export interface Call {
  readonly url: string;
  readonly body: Body;
}

export class Referee {
  readonly scores = new Map<TenantName, Score>();
  readonly #now: () => number;
  readonly #prices: PriceBook;
  /** When a provider answered a question last. */
  readonly #answeredAt = new Map<string, number>();
  readonly #idealUntil = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
    this.#prices = new PriceBook({}, null, now);
  }

  /** Throws where the answer is another's, too old, or not paid for as it should be. */
  judge(asked: Asked, told: Told, calls: readonly Call[]): void {
    const { tenant, body, isCacheable } = asked;
    const questions = questionsOf(asked);
    const answers = answersIn(asked, told);
    if (answers.length !== questions.length) fail('has another number of answers', asked);
    const sent = new Set(calls.flatMap((call) => sentIn(call, tenant)));
    const score = this.#scoreOf(tenant);
    score.requests += 1;
    for (const [i, { question, answer, tokens }] of questions.entries()) {
      if (answers[i] !== answer) fail(`was answered ${answers[i]}`, asked);
      const isKnown = !sent.has(answer);
      if (isKnown) this.#checkKnown(question, asked);
      if (!isKnown && isCacheable) this.#answeredAt.set(question, this.#now());
      const cost = this.#costOf(body.model, tokens);
      score.questions += 1;
      score.wouldCost += cost;
      if (isCacheable) score.cacheable += 1;
      if (isKnown) score.known += 1;
      if (isCacheable && this.#isIdeallyKnown(question, tenant)) score.ideal += 1;
    }
    this.#checkBill(asked, told, {
      score,
      isAsked: calls.length > 0,
      questions: questions.filter(({ answer }) => sent.has(answer)),
    });
  }

  #checkKnown(question: string, asked: Asked): void {
    if (!asked.isCacheable) fail('was answered from the cache, and is never to be', asked);
    const answeredAt = this.#answeredAt.get(question);
    if (answeredAt === undefined) fail('was answered from the cache, and nobody had asked it', asked);
    else if (this.#now() - answeredAt >= TTL_SECONDS[asked.tenant] * 1000)
      fail('was answered with what is over', asked);
  }

  #checkBill(asked: Asked, { headers }: Told, { score, isAsked, questions }: Bill): void {
    const { model } = asked.body;
    const status = isAsked ? (asked.isCacheable ? 'miss' : 'bypass') : 'hit';
    if (headers.get('x-edgeway-cache') !== status) fail(`says ${headers.get('x-edgeway-cache')}`, asked);
    const input = questions.reduce((sum, { tokens }) => sum + tokens.input, 0);
    const output = questions.reduce((sum, { tokens }) => sum + tokens.output, 0);
    const expected = isAsked ? this.#costOf(model, { input, output }) : 0;
    const billed = Math.round(Number(headers.get('x-edgeway-cost-usd')) * 1e9);
    if (billed !== expected) fail(`cost ${billed}, where ${expected} is right`, asked);
    score.cost += billed;
  }

  #costOf(alias: Alias, { input, output }: Tokens): number {
    const { provider, model } = TARGETS[alias];
    const priced = { id: provider, transport: 'network', prices: { as: provider } } as const;
    const price = this.#prices.priceOf(priced, model, this.#now());
    const { nanoUsd, isUnpriced } = costOf(price, estimatedUsage(input, output), {});
    if (isUnpriced) throw new Error(`nobody knows the price of ${model}`);
    return nanoUsd;
  }

  #isIdeallyKnown(question: string, tenant: TenantName): boolean {
    const now = this.#now();
    if ((this.#idealUntil.get(question) ?? 0) > now) return true;
    this.#idealUntil.set(question, now + TTL_SECONDS[tenant] * 1000);
    return false;
  }

  #scoreOf(tenant: TenantName): Score {
    const known = this.scores.get(tenant);
    if (known !== undefined) return known;
    const score = { requests: 0, questions: 0, cacheable: 0, known: 0, ideal: 0, wouldCost: 0, cost: 0 };
    this.scores.set(tenant, score);
    return score;
  }
}

interface Bill {
  readonly score: Score;
  readonly isAsked: boolean;
  /** That went up. */
  readonly questions: readonly Question[];
}

interface Question {
  /** The same for what may share an answer, and unlike for everything else. */
  readonly question: string;
  readonly answer: string;
  readonly tokens: Tokens;
}

function questionsOf({ tenant, body }: Asked): readonly Question[] {
  const { model } = body;
  if (model !== 'vectors') {
    const answer = chatSaid(tenant, body);
    return [{ question: `${model} ${answer}`, answer, tokens: tokensOf(model, answer) }];
  }
  return textsOf(body).map((text) => ({
    question: `${tenant} ${text}`,
    answer: String(vectorOf(tenant, text)),
    tokens: tokensOf(model, text),
  }));
}

const textsOf = ({ input }: Body): readonly string[] =>
  typeof input === 'string' ? [input] : (input as readonly string[]);

const sentIn = ({ url, body }: Call, tenant: TenantName): readonly string[] =>
  url.endsWith('/embeddings')
    ? textsOf(body).map((text) => String(vectorOf(tenant, text)))
    : [chatSaid(tenant, body)];

/** What came, in the words of each door. */
interface Answers {
  readonly choices?: readonly { readonly message: { readonly content: string } }[];
  readonly content?: readonly { readonly text: string }[];
  readonly data?: readonly { readonly embedding: readonly number[] }[];
}

function answersIn({ path }: Asked, { text }: Told): readonly string[] {
  const { choices = [], content = [], data = [] } = JSON.parse(text) as Answers; // else the comparison fails
  if (path === '/v1/embeddings') return data.map(({ embedding }) => String(embedding));
  return path === '/v1/messages'
    ? content.map((block) => block.text)
    : choices.map(({ message }) => message.content);
}

function fail(what: string, asked: Asked): never {
  throw new Error(`${asked.tenant} at ${asked.at} ${what}: ${JSON.stringify(asked.body).slice(0, 300)}`);
}
