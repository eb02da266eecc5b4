/** workerd's configuration, a Cap'n Proto text. The benchmark writes its own and takes the state's parts from here. */

import type { CachePorts } from './cache-stand.ts';

const COMPATIBILITY = `compatibilityDate = "2026-10-20", compatibilityFlags = ["enable_request_signal"]`;

export interface ConfigSource {
  /** Names of text bindings; each value lies beside the configuration as `var-<name>`. */
  readonly vars: readonly string[];
  /** Of the Worker `main`, on loopback; its module lies beside the configuration as `index.js`. */
  readonly port: number;
  /** Of a second Worker with the same module and bindings. */
  readonly elsewherePort: number | undefined;
  readonly state: StateSource | undefined;
}

/** Without `kvPort` there is no control plane: Ledgers, Flights and Vantages are all that is bound, and the cache's own. */
export interface StateSource {
  /** Where the objects' storage lies; it exists. */
  readonly directory: string;
  /** Of the KV stand-in, on loopback. */
  readonly kvPort?: number;
  /** Of the control of a front, whose module lies beside the configuration as `registry-front.js`. */
  readonly frontPort?: number;
  /** The same before the Ledgers: `ledger-front.js`. */
  readonly ledgerFrontPort?: number;
  /** The same before the Flights: `flight-front.js`. */
  readonly flightFrontPort?: number;
  /** The same before the Vantages: `vantage-front.js`. `null`: none are bound. */
  readonly vantageFrontPort?: number | null;
  /** Of what stands around the response cache. */
  readonly cache?: CachePorts;
}

export function workerdConfig({ vars, port, elsewherePort, state: source }: ConfigSource): string {
  const state = stateConfig(source);
  const texts = vars.map(
    (name) => `(name = ${JSON.stringify(name)}, text = embed ${JSON.stringify(`var-${name}`)})`,
  );
  const worker = (name: string, members: string) =>
    `(name = "${name}", worker = (modules = [(name = "index.js", esModule = embed "index.js")], ${COMPATIBILITY},
      bindings = [${[...texts, ...state.bindings].join(', ')}]${members}))`;
  const socket = (name: string, at: number) =>
    `(name = "${name}", address = "127.0.0.1:${at}", http = (), service = "${name}")`;
  const isTwofold = elsewherePort !== undefined;
  const services = [
    worker('main', state.owner),
    ...(isTwofold ? [worker('elsewhere', state.elsewhere)] : []),
    ...state.services,
    '(name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))',
  ];
  const sockets = [socket('main', port), ...(isTwofold ? [socket('elsewhere', elsewherePort)] : [])];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${services.join(',\n    ')}
  ],
  sockets = [${sockets.join(', ')}]
);
`;
}

export interface StateConfig {
  /** Of every Worker that is a gateway. */
  readonly bindings: readonly string[];
  /** Further members of the Worker `main`, each after a comma: it owns the objects. */
  readonly owner: string;
  /** The same of a second Worker. */
  readonly elsewhere: string;
  readonly services: readonly string[];
}

/** Without a source, nothing is bound. */
export function stateConfig(source: StateSource | undefined): StateConfig {
  if (source === undefined) return { bindings: [], owner: '', elsewhere: '', services: [] };
  const { directory, kvPort, frontPort, ledgerFrontPort, flightFrontPort, vantageFrontPort } = source;
  const { cache = {} } = source;
  const classes = ['Ledger', 'Flight', 'Vantage', ...(kvPort === undefined ? [] : ['Registry'])];
  return {
    bindings: [
      objects('LEDGER', 'Ledger', ledgerFrontPort === undefined ? 'main' : 'ledger-front'),
      objects('FLIGHT', 'Flight', flightFrontPort === undefined ? 'main' : 'flight-front'),
      ...(vantageFrontPort === null
        ? []
        : [objects('VANTAGE', 'Vantage', vantageFrontPort === undefined ? 'main' : 'vantage-front')]),
      ...(cache.kv === undefined ? [] : [namespace('CACHE', 'cache-kv')]),
      ...(kvPort === undefined
        ? []
        : [
            objects('REGISTRY', 'Registry', frontPort === undefined ? 'main' : 'registry-front'),
            namespace('EDGE_COPIES', 'kv'),
          ]),
    ],
    owner: `, durableObjectNamespaces = [${classes.map(durableClass).join(', ')}],
      durableObjectStorage = (localDisk = "objects-disk")${cacheApi(cache.near, 'near-cache')}`,
    elsewhere: cacheApi(cache.nearElsewhere, 'near-cache-elsewhere'),
    services: [
      `(name = "objects-disk", disk = (path = ${JSON.stringify(directory)}, writable = true))`,
      ...(kvPort === undefined ? [] : [loopback('kv', kvPort)]),
      ...(frontPort === undefined ? [] : frontServices('Registry', frontPort)),
      ...(ledgerFrontPort === undefined ? [] : frontServices('Ledger', ledgerFrontPort)),
      ...(flightFrontPort === undefined ? [] : frontServices('Flight', flightFrontPort)),
      ...(typeof vantageFrontPort === 'number' ? frontServices('Vantage', vantageFrontPort) : []),
      ...(cache.kv === undefined ? [] : [loopback('cache-kv', cache.kv)]),
      ...(cache.near === undefined ? [] : [loopback('near-cache', cache.near)]),
      ...(cache.nearElsewhere === undefined ? [] : [loopback('near-cache-elsewhere', cache.nearElsewhere)]),
    ],
  };
}

const cacheApi = (port: number | undefined, service: string): string =>
  port === undefined ? '' : `, cacheApiOutbound = "${service}"`;

const namespace = (binding: string, service: string): string =>
  `(name = "${binding}", kvNamespace = "${service}")`;

const durableClass = (name: string): string =>
  `(className = "${name}", uniqueKey = "edgeway-${name.toLowerCase()}", enableSql = true)`;

/** Stands before the objects of a class, with one of the same name for each. */
function frontServices(className: string, port: number): readonly string[] {
  const name = className.toLowerCase();
  return [
    `(name = "${name}-front", worker = (
      modules = [(name = "${name}-front.js", esModule = embed "${name}-front.js")], ${COMPATIBILITY},
      bindings = [${objects('REAL', className, 'main')}, (name = "CONTROL", service = "${name}-control")],
      durableObjectNamespaces = [(className = "${className}", uniqueKey = "${name}-front")],
      durableObjectStorage = (inMemory = void)))`,
    loopback(`${name}-control`, port),
  ];
}

const objects = (binding: string, className: string, service: string): string =>
  `(name = "${binding}", durableObjectNamespace = (className = "${className}", serviceName = "${service}"))`;

const loopback = (name: string, port: number): string =>
  `(name = "${name}", external = (address = "127.0.0.1:${port}", http = ()))`;
