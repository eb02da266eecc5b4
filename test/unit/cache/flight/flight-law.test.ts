/** What holds whatever happens, in whichever order: joins, leads, lost tickets, deaths of all kinds, leaves, time. */
import { describe, expect, it } from 'vitest';
import type { FlightKind } from '../../../../src/cache/flight/messages.ts';
import type { Run } from '../../../../src/cache/flight/run.ts';
import { type Seeded, seeded } from '../../../support/seeded.ts';
import { utf8 } from '../entries.ts';
import {
  aFailure,
  ControlRig,
  complete,
  delta,
  FORM,
  failAtProvider,
  HEADERS,
  hitOwnLimit,
  OTHER_FORM,
  type TestReader,
  TOTAL_MS,
} from './control-support.ts';

interface Actor {
  readonly reader: TestReader;
  hasLeft: boolean;
  hasUsedTicket: boolean;
  /** Failures of providers that happened while it waited. */
  sharedFailures: number;
}

interface Call {
  readonly run: Run;
  readonly name: string;
  text: string;
  isOpen: boolean;
}

class World {
  readonly rig = new ControlRig();
  readonly actors: Actor[] = [];
  readonly calls: Call[] = [];
  readonly #random: Seeded;
  readonly #kind: FlightKind;

  constructor(seed: number, kind: FlightKind) {
    this.#random = seeded(seed);
    this.#kind = kind;
  }

  async step(): Promise<void> {
    const act = this.#random.pick([
      () => this.#join(),
      () => this.#join(),
      () => this.#lead(),
      () => this.#lead(),
      () => this.#progress(this.calls.at(-1)),
      () => this.#progress(this.calls.at(-1)),
      () => this.#progress(this.calls.at(-1)),
      () => this.#progress(this.calls.length === 0 ? undefined : this.#random.pick(this.calls)), // one that is over may still speak
      () => this.#leave(),
      () => void this.#anyone()?.reader.read(),
      () => this.rig.time.pass(this.#random.between(0, 3000)),
      () => this.rig.time.pass(this.#random.pick([10_000, 90_000, TOTAL_MS + 60_000])),
    ]);
    await act();
    expect(this.calls.filter(({ run }) => !run.isOver).length).toBeLessThanOrEqual(1);
  }

  /** Everybody who still can does what is left to do. */
  async drain(): Promise<void> {
    for (let turns = 0; this.#someoneWaits(); turns += 1) {
      if (turns > this.actors.length + 10) throw new Error('somebody waits for ever');
      for (const actor of this.actors) if (!actor.hasLeft) this.#leadWith(actor);
      const call = this.calls.at(-1);
      if (call !== undefined && !call.run.isOver) this.#finish(call);
      await this.rig.time.pass(10_000);
    }
  }

  #someoneWaits(): boolean {
    return this.actors.some(({ reader, hasLeft }) => {
      reader.read();
      return !hasLeft && !reader.seat.isOver;
    });
  }

  #join(): void {
    const fields = {
      kind: this.#kind,
      form: this.#random.pick([FORM, OTHER_FORM]),
      followers: this.#random.pick(['live', 'live', 'finished'] as const),
    };
    this.#seat(this.rig.join(fields));
  }

  #seat(reader: TestReader): void {
    this.actors.push({ reader, hasLeft: false, hasUsedTicket: false, sharedFailures: 0 });
  }

  #lead(): void {
    const offered = this.actors.filter((actor) => !actor.hasLeft && actor.reader.ticket !== null);
    if (offered.length > 0) this.#leadWith(this.#random.pick(offered));
  }

  #leadWith(actor: Actor): void {
    const { ticket } = actor.reader;
    if (ticket === null || actor.hasUsedTicket) return;
    actor.hasUsedTicket = true;
    const { kept } = this.rig.results;
    const message = { kind: this.#kind, form: this.#random.pick([FORM, OTHER_FORM]) };
    try {
      const { reader, run } = this.rig.lead(ticket, message);
      expect(kept === null || kept.about.expiresAt <= this.rig.time.now).toBe(true); // nothing stands
      this.calls.push({ run, name: `run${this.calls.length}`, text: '', isOpen: false });
      this.#seat(reader);
    } catch (error) {
      expect(String(error)).toContain('is not good');
    }
  }

  #progress(call: Call | undefined): void {
    if (call === undefined) return;
    const next = this.#random.next();
    if (call.isOpen) {
      if (next < 0.7) this.#tell(call);
      else if (next < 0.8) this.#finish(call);
      else if (next < 0.9) this.#break(call);
      else call.run.closed('ended'); // the settlement never comes
    } else if (next < 0.6) {
      call.isOpen = true;
      call.run.opened(200, HEADERS);
    } else if (next < 0.75) this.#failShared(() => failAtProvider(call.run), call);
    else if (next < 0.8) this.#failShared(() => call.run.threw(aFailure(500, 'internal_error')), call);
    else if (next < 0.95) hitOwnLimit(call.run);
  }

  #tell(call: Call): void {
    const text = `${call.name}.${call.text.length};`;
    if (!call.run.isOver) call.text += text;
    call.run.events([delta(text)]);
    call.run.append(utf8(text));
  }

  #finish(call: Call): void {
    if (!call.isOpen) call.run.opened(200, HEADERS);
    call.isOpen = true;
    this.#tell(call);
    complete(call.run, true, call.text);
  }

  #break(call: Call): void {
    this.#failShared(() => {
      call.run.settled('upstream_error', aFailure(502, 'provider_unreachable'));
      call.run.closed('ended');
    }, call);
  }

  #failShared(fail: () => void, { run }: Call): void {
    if (!run.isOver)
      for (const actor of this.actors)
        if (!actor.hasLeft && actor.reader.read().length === 0) actor.sharedFailures += 1;
    fail();
  }

  #leave(): void {
    const actor = this.#anyone();
    if (actor === undefined) return;
    actor.reader.read();
    actor.hasLeft = true;
    this.rig.leave(actor.reader);
  }

  #anyone(): Actor | undefined {
    const here = this.actors.filter(({ hasLeft }) => !hasLeft);
    return here.length === 0 ? undefined : this.#random.pick(here);
  }
}

const LAST = ['lead', 'end', 'failed'];

/** What a reader was told, in whichever way. */
function contentOf(reader: TestReader): string {
  const steps = reader.events.map((event) => (event.type === 'part-delta' ? event.text : ''));
  return reader.text === '' ? steps.join('') : reader.text;
}

describe.each(['cache', 'idempotency'] as const)('for requests of the kind %s', (kind) => {
  const seeds = Array.from({ length: 30 }, (_, i) => i + 1);

  it.each(seeds)('everyone is told an end, of one run, and one runs at a time: seed %i', async (seed) => {
    const world = new World(seed, kind);
    for (let step = 0; step < 150; step += 1) await world.step();
    await world.drain();
    for (const { reader, hasLeft, sharedFailures } of world.actors) {
      const frames = reader.read();
      expect(sharedFailures).toBeLessThanOrEqual(2);
      expect(frames.filter(({ type }) => type === 'head').length).toBeLessThanOrEqual(1);
      if (!hasLeft) expect(LAST).toContain(frames.at(-1)?.type);
      if (reader.head?.error != null) continue;
      const content = contentOf(reader);
      const call = world.calls.find(({ name }) => content.startsWith(`${name}.`));
      if (content !== '') expect(call?.text.startsWith(content)).toBe(true);
      const answer = frames.find((frame) => frame.type === 'answer')?.entry;
      const body = answer === undefined ? null : new TextDecoder().decode(answer.body);
      if (body !== null) expect(world.calls.map(({ text }) => text)).toContain(body);
      if (body !== null && content !== '') expect(body).toBe(content);
      if (frames.at(-1)?.type === 'end' && body === null) expect(call?.text).toBe(content);
    }
  });
});
