/** Where the admin API is and with which credential it is asked. A credential is never an argument. */
import { readFileSync } from 'node:fs';
import type { Options } from './arguments.ts';
import { CommandFailed, UsageError } from './failures.ts';
import type { World } from './world.ts';

export interface Connection {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly token: string;
}

const DEFAULT_URL = 'http://127.0.0.1:8787';

/** Throws `UsageError` and `CommandFailed`; neither tells the credential. */
export function readConnection(options: Options, environment: World['environment']): Connection {
  const baseUrl = readBaseUrl(options.text('url') ?? environment.EDGEWAY_URL ?? DEFAULT_URL);
  if (isInTheOpen(baseUrl) && !options.flag('allow-http'))
    throw new UsageError('the credential would go over http to another host: use https, or say --allow-http');
  return { baseUrl: baseUrl.href.replace(/\/+$/, ''), token: readToken(options, environment) };
}

function readBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new UsageError('the address of the gateway is an http(s) URL without query');
  if (url.username !== '' || url.password !== '')
    throw new UsageError('the address of the gateway holds no user name and no password');
  return url;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const isInTheOpen = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && !LOOPBACK.test(hostname);

function readToken(options: Options, environment: World['environment']): string {
  const file = options.text('token-file');
  const token = (file === undefined ? environment.EDGEWAY_ADMIN_TOKEN : readTokenFile(file))?.trim() ?? '';
  if (token === '')
    throw new UsageError('no credential: set EDGEWAY_ADMIN_TOKEN, or name a file with --token-file');
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new UsageError('the credential holds characters that no header can carry');
  return token;
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CommandFailed(`cannot read ${file}`);
  }
}
