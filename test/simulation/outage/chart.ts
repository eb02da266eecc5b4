/** The rehearsed outages as one small SVG: a panel each, with the p99 as a line over the primary's share as an area. */
import type { Death } from './provider.ts';
import type { Rehearsal } from './rehearse.ts';
import { type Step, toSteps } from './report.ts';

const STEP_SECONDS = 1;
const WIDTH = 720;
const PANEL = 130;
const PLOT = { left: 64, right: 700, top: 34, height: 76 };

const TITLES: Readonly<Record<Death, string>> = {
  refuses: 'The primary refuses connections',
  hangs: 'The primary hangs',
  fails: 'The primary answers 503',
};

export function toSvg(rehearsals: readonly Rehearsal[]): string {
  const height = rehearsals.length * PANEL + 24;
  const most = Math.max(
    ...rehearsals.flatMap((one) => toSteps(one, STEP_SECONDS).map(({ p99 }) => p99)),
    100,
  );
  const panels = rehearsals.map((one, index) => panelOf(one, index * PANEL, Math.ceil(most / 500) * 500));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11"><title>A rehearsed outage</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${panels.join('\n')}
<text x="${PLOT.left}" y="${height - 8}" fill="#555">line: p99 to the first content; area: share of requests that the primary answers; grey: the outage</text>
</svg>
`;
}

function panelOf(rehearsal: Rehearsal, y: number, mostMs: number): string {
  const { plan, death, samples } = rehearsal;
  const steps = toSteps(rehearsal, STEP_SECONDS);
  const x = (seconds: number) => PLOT.left + ((PLOT.right - PLOT.left) * seconds) / plan.seconds;
  const at = (part: number) => PLOT.height * (1 - part);
  const failed = samples.filter(({ failure }) => failure !== null).length;
  return `<g transform="translate(0 ${y})">
<text x="${PLOT.left}" y="22" font-size="13" font-weight="bold">${TITLES[death]}</text>
<text x="${PLOT.right}" y="22" text-anchor="end" fill="#555">${samples.length} requests, ${failed} failed</text>
<g transform="translate(0 ${PLOT.top})">
<rect x="${px(x(plan.diesAt))}" width="${px(x(plan.returnsAt) - x(plan.diesAt))}" height="${PLOT.height}" fill="#eee"/>
<path d="${areaOf(steps, plan.seconds, x, at)}" fill="#bcd6f2"/>
<polyline points="${lineOf(steps, x, (ms) => at(ms / mostMs))}" fill="none" stroke="#c0392b" stroke-width="1.5"/>
<path d="M${PLOT.left} 0V${PLOT.height}H${PLOT.right}" fill="none" stroke="#888"/>
<text x="${PLOT.left - 6}" y="8" text-anchor="end">${mostMs} ms</text>
<text x="${PLOT.left - 6}" y="${PLOT.height}" text-anchor="end">0</text>
${timesOf(plan.seconds, x)}
</g>
</g>`;
}

function areaOf(
  steps: readonly Step[],
  seconds: number,
  x: (seconds: number) => number,
  y: (part: number) => number,
): string {
  const stairs = steps.map(({ from, primary }, index) => {
    const to = steps[index + 1]?.from ?? seconds;
    return `L${px(x(from))} ${px(y(primary))}H${px(x(to))}`;
  });
  return `M${px(x(0))} ${px(y(0))}${stairs.join('')}V${px(y(0))}Z`;
}

const lineOf = (steps: readonly Step[], x: (seconds: number) => number, y: (ms: number) => number): string =>
  steps.map(({ from, p99 }) => `${px(x(from + STEP_SECONDS / 2))},${px(y(p99))}`).join(' ');

const timesOf = (seconds: number, x: (seconds: number) => number): string =>
  [0, 1, 2, 3]
    .map((third) => (seconds * third) / 3)
    .map(
      (time) =>
        `<text x="${px(x(time))}" y="${PLOT.height + 13}" text-anchor="middle">${Math.round(time)} s</text>`,
    )
    .join('');

const px = (value: number): string => String(Math.round(value * 10) / 10);
