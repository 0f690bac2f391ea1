import type { Signal } from '@preact/signals';
import UPlot from 'uplot';
import { clock } from '../format/format-values.tsx';

export interface Line {
  readonly name: string;
  readonly tone: 'first' | 'second' | 'third';
  /** Distinguishes lines without colour; `bars` for counts. */
  readonly dash?: number[] | 'bars';
}

interface ChartSpec {
  readonly holder: HTMLElement;
  readonly lines: readonly Line[];
  readonly axis: 'duration' | 'count';
  readonly format: (value: number) => string;
  readonly range: () => [number, number];
  readonly pointed: Signal<number | undefined>;
}

// oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- UPlot.Scale.Distr is a const enum of the types, absent at run time
const LOGARITHMIC = 3 as NonNullable<UPlot.Scale['distr']>;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Grid lines of the logarithmic scale, in milliseconds. */
const MARKS: readonly number[] = [
  ...[0.01, 0.1, 1, 10].map((n) => n * SECOND),
  ...[1, 10].map((n) => n * MINUTE),
  ...[1, 24, 30 * 24, 365 * 24].map((n) => n * HOUR),
];

/** A chart in the colours of the page. */
export function toOptions({ holder, lines, axis, format, range, pointed }: ChartSpec): UPlot.Options {
  const style = getComputedStyle(holder);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const shared: UPlot.Axis = {
    stroke: colour('soft'),
    font: `12px ${style.fontFamily}`,
    ticks: { show: false },
  };
  return {
    width: Math.max(holder.clientWidth, 100),
    height: holder.clientHeight,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    hooks: { setCursor: [(plot) => (pointed.value = plot.cursor.idx ?? undefined)] },
    scales: {
      x: { time: true, range: () => range() },
      y: axis === 'duration' ? { distr: LOGARITHMIC, range: durationRange } : { range: countRange },
    },
    axes: [
      {
        ...shared,
        size: 28,
        space: 64,
        grid: { show: false },
        values: (_, splits) => splits.map((at) => clock(new Date(at * 1000), new Date(at * 1000), false)),
      },
      {
        ...shared,
        size: axis === 'duration' ? 56 : 44,
        grid: { stroke: colour('line'), width: 1 },
        values: (_, splits) => splits.map((at) => format(at).replace('.0', '')),
        ...(axis === 'duration' && {
          splits: (_: UPlot, __: number, low: number, high: number) =>
            MARKS.filter((mark) => mark >= low && mark <= high),
          filter: (_: UPlot, splits: number[]) => splits,
        }),
        ...(axis === 'count' && {
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6],
        }),
      },
    ],
    series: [{}, ...lines.map((line) => toSeries(line, colour))],
  };
}

function toSeries({ name, tone, dash }: Line, colour: (name: string) => string): UPlot.Series {
  const stroke = colour(tone);
  if (dash !== 'bars')
    return { label: name, stroke, width: 2, points: { size: 4 }, ...(dash && { dash: dash.slice() }) };
  const paths = UPlot.paths.bars?.({ size: [0.7, 16], radius: 0.2 });
  return { label: name, stroke, fill: stroke, width: 0, points: { show: false }, ...(paths && { paths }) };
}

/** From the mark below the smallest value to the mark above the largest; at least two decades. */
function durationRange(_: UPlot, low: number | null, high: number | null): [number, number] {
  const least = MARKS.findLast((mark) => mark <= Math.max(low ?? SECOND, 10)) ?? 10;
  const most = MARKS.find((mark) => mark > Math.max(high ?? 0, least) * 1.2) ?? 10 * 365 * 24 * HOUR;
  return [least, Math.max(most, least * 100)];
}

function countRange(_: UPlot, __: number | null, high: number | null): [number, number] {
  return [0, Math.max(5, (high ?? 0) * 1.1)];
}
