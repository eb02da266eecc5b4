/** A hedged request has the answer of another call: nobody reads this one. */
import { ClientLeft } from '../client-left.ts';

export class OutrunByAnother extends ClientLeft {}
