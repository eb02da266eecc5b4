/** Turns of a conversation, asked about. */
import type { Turn } from './canonical.ts';

/** Of the operator, not of a speaker: many forms have a place of its own for it. */
export const isInstruction = ({ role }: Pick<Turn, 'role'>): boolean =>
  role === 'system' || role === 'developer';
