/** workerd's configuration, a Cap'n Proto text. The benchmark writes its own and takes the state's parts from here. */

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

export interface StateSource {
  /** Where the Registry's storage lies; it exists. */
  readonly directory: string;
  /** Of the KV stand-in, on loopback. */
  readonly kvPort: number;
  /** Of the control of a front, whose module lies beside the configuration as `registry-front.js`. */
  readonly frontPort?: number;
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
    ...(isTwofold ? [worker('elsewhere', '')] : []),
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
  /** Further members of the Worker `main`, each after a comma: it owns the Registry. */
  readonly owner: string;
  readonly services: readonly string[];
}

/** Without a source, nothing is bound. */
export function stateConfig(source: StateSource | undefined): StateConfig {
  if (source === undefined) return { bindings: [], owner: '', services: [] };
  const { directory, kvPort, frontPort } = source;
  return {
    bindings: [
      registryOf('REGISTRY', frontPort === undefined ? 'main' : 'registry-front'),
      '(name = "EDGE_COPIES", kvNamespace = "kv")',
    ],
    owner: `, durableObjectNamespaces = [(className = "Registry", uniqueKey = "edgeway-registry", enableSql = true)],
      durableObjectStorage = (localDisk = "registry-disk")`,
    services: [
      `(name = "registry-disk", disk = (path = ${JSON.stringify(directory)}, writable = true))`,
      loopback('kv', kvPort),
      ...(frontPort === undefined ? [] : frontServices(frontPort)),
    ],
  };
}

const frontServices = (port: number): readonly string[] => [
  `(name = "registry-front", worker = (
      modules = [(name = "registry-front.js", esModule = embed "registry-front.js")], ${COMPATIBILITY},
      bindings = [${registryOf('REAL', 'main')}, (name = "CONTROL", service = "registry-control")],
      durableObjectNamespaces = [(className = "Registry", uniqueKey = "registry-front")],
      durableObjectStorage = (inMemory = void)))`,
  loopback('registry-control', port),
];

const registryOf = (binding: string, service: string): string =>
  `(name = "${binding}", durableObjectNamespace = (className = "Registry", serviceName = "${service}"))`;

const loopback = (name: string, port: number): string =>
  `(name = "${name}", external = (address = "127.0.0.1:${port}", http = ()))`;
