/** Tools and schemas as users of the clients write them, with zod. */
import * as z from 'zod';
import { WEATHER } from '../stand-ins/script.ts';

/** Fits what the stand-ins call `get_weather` with. */
export const weatherInput = z.object({
  city: z.string().describe('Name of the city'),
  days: z.number().int(),
  note: z.string(),
});
export const timeInput = z.object({});

/** What the scenario `parallel-tools` calls, as a client's tools hear it. */
export const PARALLEL_CALLS = ['get_weather São Paulo', 'get_weather Oslo', 'get_time'];
export const PARALLEL_RESULTS = 'Results: sunny in São Paulo | sunny in Oslo | noon';

export interface HeardTools {
  readonly asked: string[];
  weather(input: z.infer<typeof weatherInput>): string;
  time(): string;
}

export function hearTools(): HeardTools {
  const asked: string[] = [];
  return {
    asked,
    weather: ({ city }) => {
      asked.push(`get_weather ${city}`);
      return `sunny in ${city}`;
    },
    time: () => {
      asked.push('get_time');
      return 'noon';
    },
  };
}

/** The arguments of the scenario `one-tool`. */
export const ONE_CALL = WEATHER;
export const ONE_RESULT = `Results: sunny in ${WEATHER.city}`;

/** Nested, optional in the only way that strict modes know, with an enum and a list. */
export const person = z.object({
  name: z.string().describe('Full name'),
  age: z.number().int(),
  mood: z.enum(['calm', 'wild']),
  friends: z.array(z.object({ name: z.string() })),
  nick: z.string().nullable(),
});
