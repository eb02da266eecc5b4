/** Reads `GenerateContentResponse`s, one of a whole answer or all chunks of a stream, into events. */
import { isRecord } from '../../is-record.ts';
import type { Usage } from '../../usage/usage.ts';
import type { CanonicalEvent, JsonObject } from '../canonical.ts';
import { listOf, rest, textOf } from '../json.ts';
import { makeCallId, toSeed } from './call-ids.ts';
import { CandidateReader } from './candidate-reader.ts';
import { readBlockReason } from './finish-reasons.ts';
import { readServiceTier, readUsage, USAGE_MEMBERS } from './usage.ts';

const READ = ['candidates', 'usageMetadata', 'modelVersion', 'responseId', 'createTime', 'error'];

export class ResponseReader {
  readonly #isWhole: boolean;
  readonly #candidates = new Map<number, CandidateReader>();
  #hasStarted = false;
  #isBlocked = false;
  #seed = '';
  #madeUpIds = 0;
  #usage: Usage | null = null;
  #usageMetadata: unknown;
  #details: JsonObject = {};
  #lastAbout = '';

  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  read(response: JsonObject): CanonicalEvent[] {
    const events = this.#start(response);
    const told = this.#readUsage(response.usageMetadata);
    this.#details = { ...this.#details, ...rest(response, READ) };
    const before = this.#finished();
    for (const [place, candidate] of listOf(response.candidates).entries()) {
      if (isRecord(candidate)) events.push(...this.#candidate(candidate, place).read(candidate));
    }
    events.push(...this.#readBlock(response.promptFeedback));
    const about = this.#finished() > before ? this.#about() : [];
    return [...events, ...about, ...told];
  }

  /** Closes what is open. A whole answer is over, whether it says so or not. */
  end(): CanonicalEvent[] {
    const events: CanonicalEvent[] = [];
    for (const candidate of this.#candidates.values()) {
      if (candidate.isFinished) events.push(...candidate.close());
      else events.push(...(this.#isWhole ? candidate.finish(null) : candidate.close()));
    }
    return this.#hasStarted ? [...events, ...this.#about()] : events;
  }

  #start({ responseId, modelVersion, createTime }: JsonObject): CanonicalEvent[] {
    if (this.#hasStarted) return [];
    this.#hasStarted = true;
    this.#seed = toSeed(textOf(responseId));
    const milliseconds = Date.parse(textOf(createTime));
    const created = Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
    return [{ type: 'start', id: textOf(responseId), model: textOf(modelVersion), created, usage: null }];
  }

  #candidate({ index }: JsonObject, place: number): CandidateReader {
    const choice = typeof index === 'number' ? index : place;
    const known = this.#candidates.get(choice);
    if (known !== undefined) return known;
    const nextCallId = (): string => makeCallId(this.#seed, this.#madeUpIds++);
    const fresh = new CandidateReader(choice, { nextCallId, isWhole: this.#isWhole });
    this.#candidates.set(choice, fresh);
    return fresh;
  }

  #finished(): number {
    return [...this.#candidates.values()].filter(({ isFinished }) => isFinished).length;
  }

  /** A blocked prompt has no candidates at all (wire 21). */
  #readBlock(promptFeedback: unknown): CanonicalEvent[] {
    const native = isRecord(promptFeedback) ? readBlockReason(promptFeedback.blockReason) : null;
    if (native === null || this.#isBlocked || this.#candidates.size > 0) return [];
    this.#isBlocked = true;
    return [{ type: 'finish', choice: 0, reason: 'content-filter', native, stopSequence: null }];
  }

  #readUsage(metadata: unknown): CanonicalEvent[] {
    this.#usageMetadata = metadata ?? this.#usageMetadata;
    const usage = readUsage(metadata);
    if (usage === null || JSON.stringify(usage) === JSON.stringify(this.#usage)) return [];
    this.#usage = usage;
    return [{ type: 'usage', usage }];
  }

  /** What only this form knows, once it has changed: whole each time, because later members replace earlier ones. */
  #about(): CanonicalEvent[] {
    const candidates = [...this.#candidates]
      .filter(([, { details }]) => Object.keys(details).length > 0)
      .map(([index, { details }]) => ({ index, ...details }));
    const usage = isRecord(this.#usageMetadata) ? rest(this.#usageMetadata, USAGE_MEMBERS) : null;
    const own = {
      ...this.#details,
      ...(candidates.length > 0 ? { candidates } : {}),
      ...(usage === null ? {} : { usageMetadata: usage }),
    };
    const serviceTier = readServiceTier(this.#usageMetadata);
    const about = {
      ...(serviceTier === null ? {} : { serviceTier }),
      ...(Object.keys(own).length > 0 ? { extra: { gemini: own } } : {}),
    };
    const text = JSON.stringify(about);
    if (text === '{}' || text === this.#lastAbout) return [];
    this.#lastAbout = text;
    return [{ type: 'about', ...about }];
  }
}
