/**
 * The configuration that counts, ready to serve: an edition for each version of it. Between requests the document may be
 * replaced and secrets may change; a request stays with the edition that it began with.
 */
import type { RequestContext } from '../context.ts';
import { GatewayUnavailable, toGatewayError } from '../errors.ts';
import type { Copies } from '../keys/edge-copies.ts';
import { createServices, type IsolateState, type Services } from './services.ts';
import { buildSnapshot } from './snapshot.ts';

export interface Edition {
  /** Throws `InvalidConfig`, or `GatewayUnavailable` while nobody knows the configuration. */
  readonly services: () => Services;
  /** Origins whose pages may call from a browser. */
  readonly origins: readonly string[];
}

/** Reads a text variable or secret by name. */
export type Variable = (name: string) => string | undefined;

export interface EditionsOptions {
  readonly variable: Variable;
  readonly state: IsolateState;
  readonly isKeylessLocal: boolean;
  readonly now: () => number;
  readonly log: (line: object) => void;
  /** `null` for a value that the master secret does not open. */
  readonly openSecret: (name: string, sealed: string) => Promise<string | null>;
}

type Sources = Pick<Copies, 'config' | 'secrets'>;

interface Made {
  readonly sources: Sources;
  readonly edition: Edition;
  readonly isGood: boolean;
}

export class Editions {
  readonly #options: EditionsOptions;
  /** For as long as the configuration cannot be learnt. */
  readonly #unknown: Edition;
  #made: Made | null = null;

  constructor(options: EditionsOptions) {
    this.#options = options;
    this.#unknown = refusingEdition(() => {
      throw new GatewayUnavailable('The configuration cannot be read right now.');
    });
  }

  /** At once while what is known is fresh. Never rejects. */
  current(context: RequestContext): Edition | Promise<Edition> {
    const { controlPlane } = this.#options.state;
    const confirming = controlPlane.confirm(context.waitUntil);
    if (confirming !== undefined) return confirming.then(() => this.#catchUp());
    return this.#ready() ?? this.#catchUp();
  }

  /** Whatever was made last, without asking anybody. */
  get latest(): Edition {
    return this.#made?.edition ?? this.#unknown;
  }

  /** What a document means with the variables and secrets that are set; `text` of `null`: the variable's. */
  async variablesWith(text: string | null, secrets: Copies['secrets']): Promise<Variable> {
    const { variable, openSecret } = this.#options;
    const opened = new Map<string, string>();
    for (const [name, sealed] of Object.entries(secrets.sealed)) {
      const value = variable(name) === undefined ? await openSecret(name, sealed) : null;
      if (value !== null) opened.set(name, value);
    }
    return (name) => {
      if (!isConfigVariable(name)) return variable(name) ?? opened.get(name);
      if (text === null) return variable(name);
      return name === CONFIG_VARIABLE ? text : undefined;
    };
  }

  /** The edition of what is known, if it was made already. */
  #ready(): Edition | undefined {
    const { controlPlane } = this.#options.state;
    if (!controlPlane.isKnown) return this.#unknown;
    const { config, secrets } = controlPlane.copies;
    const made = this.#made;
    return made?.sources.config === config && made.sources.secrets === secrets ? made.edition : undefined;
  }

  async #catchUp(): Promise<Edition> {
    const ready = this.#ready();
    if (ready !== undefined) return ready;
    const { config, secrets } = this.#options.state.controlPlane.copies;
    const variable = await this.variablesWith(config.text, secrets);
    const madeMeanwhile = this.#ready(); // by one of the requests that came at the same time
    if (madeMeanwhile !== undefined) return madeMeanwhile;
    const made = this.#make({ config, secrets }, variable);
    // A document that cannot be served here does not take the place of one that is.
    if (this.#made?.isGood && !made.isGood) this.#made = { ...this.#made, sources: made.sources };
    else this.#made = made;
    return this.#made.edition;
  }

  #make(sources: Sources, variable: Variable): Made {
    const { state, isKeylessLocal, now, log } = this.#options;
    try {
      const snapshot = buildSnapshot(variable);
      for (const warning of snapshot.warnings) log({ type: 'config_warning', warning });
      const services = createServices({ snapshot, state, isKeylessLocal, now });
      const origins = snapshot.document.cors?.origins ?? [];
      return { sources, edition: { services: () => services, origins }, isGood: true };
    } catch (error) {
      const { message } = toGatewayError(error);
      log({ type: 'config_refused', version: sources.config.number, problem: message });
      const refuse = () => {
        throw error;
      };
      return { sources, edition: refusingEdition(refuse), isGood: false };
    }
  }
}

const CONFIG_VARIABLE = 'GATEWAY_CONFIG';

const isConfigVariable = (name: string): boolean =>
  name === CONFIG_VARIABLE || /^GATEWAY_CONFIG_\d+$/.test(name);

const refusingEdition = (services: () => never): Edition => ({ services, origins: [] });
