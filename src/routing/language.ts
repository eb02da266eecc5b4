/**
 * Which language a text is in, from its letters and its small words: for conditions, not for linguists. Says `und` rather
 * than guess: of a few words, of a mixture, of code.
 */
import { latinLanguage } from './language/latin.ts';
import { proseOf } from './language/prose.ts';
import { languageByScript } from './language/scripts.ts';

/** In characters: more says nothing new. */
const MAX_READ = 400;

/** ISO 639-1, or `und`. Norwegian is `no`. */
export function languageOf(text: string): string {
  const prose = proseOf(text.slice(0, MAX_READ).normalize('NFC'));
  const language = languageByScript(prose);
  return (language === 'latin' ? latinLanguage(prose) : language) ?? 'und';
}
