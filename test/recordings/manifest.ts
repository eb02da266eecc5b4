/** `manifest.json` and the files that it names. Without the folder there are no cases. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/workerd.ts';

export const DIRECTORY = process.env.RECORDINGS_DIR ?? join(ROOT, '../shared/recordings');
export const areHere = existsSync(join(DIRECTORY, 'manifest.json'));

// biome-ignore lint/suspicious/noExplicitAny: recorded JSON, whose members the tests look for
export type Json = any;

export interface ManifestCase {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly tags: readonly string[];
  readonly stream: boolean;
  readonly framing: string;
  readonly status: number | null;
  readonly content_type?: string;
  readonly model?: string;
  readonly request?: { readonly url: string };
  readonly files: { readonly response: string; readonly request?: string; readonly meta?: string };
}

export const read = (file: string): Buffer => readFileSync(join(DIRECTORY, file));
export const readJson = (file: string): Json => JSON.parse(read(file).toString());

export const casesOf = (isWanted: (one: ManifestCase) => boolean): readonly ManifestCase[] =>
  areHere ? readJson('manifest.json').cases.filter(isWanted) : [];
