/** Where the Registry's storage lies for suites that write thousands of things. */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';

/**
 * A fresh directory, which is the caller's to remove. In memory where the system has such a place: workerd waits for the
 * disk with each transaction, and what the suites ask is no question about disks.
 */
export const makeFastDirectory = (): string =>
  mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'edgeway-registry-'));
