import { describe, expect, it } from 'vitest';
import { Home } from '../../../src/gateway/home.ts';
import { NOWHERE } from '../../../src/routing/place.ts';

const FRANKFURT = { continent: 'EU', country: 'DE', colo: 'FRA' };

describe('where an isolate runs', () => {
  it('is told by the first request that tells it', () => {
    const home = new Home();
    expect(home.place(() => NOWHERE)).toBe(NOWHERE);
    expect(home.place(() => FRANKFURT)).toBe(FRANKFURT);
    expect(home.place(() => ({ ...FRANKFURT, colo: 'MUC' }))).toBe(FRANKFURT);
  });

  it('is looked for seldom where no request tells it, and found all the same', () => {
    const home = new Home();
    let looked = 0;
    const ask = (place: typeof NOWHERE) =>
      home.place(() => {
        looked += 1;
        return place;
      });
    for (let request = 0; request < 1000; request += 1) ask(NOWHERE);
    expect(looked).toBeLessThan(300);
    for (let request = 0; request < 300; request += 1) ask(FRANKFURT);
    expect(ask(NOWHERE)).toBe(FRANKFURT);
  });
});
