/** Global set-up of the suites that drive the built Worker. */
import { buildGateway } from './workerd.ts';

export const setup = (): void => {
  buildGateway();
};
