import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type Line, toOptions } from './options.ts';
import { clock } from '../format/format-values.tsx';

type ChartData = readonly [times: number[], ...rows: (number | null)[][]];

interface ChartProps {
  readonly lines: readonly Line[];
  /** Seconds since 1970, then a row of values for each line. */
  readonly data: ChartData;
  readonly from: number;
  readonly to: number;
  readonly axis: 'duration' | 'count';
  readonly format: (value: number) => string;
  /** A logarithmic scale has no zero: smaller durations are drawn as this one. Milliseconds. */
  readonly least?: number;
  /** What a line without a value means. */
  readonly missing?: string;
  /** For screen readers: what the chart shows. */
  readonly label: string;
}

/** Lines over time, with a legend of their latest values, or of those under the pointer. */
export function Chart({
  lines,
  data,
  from,
  to,
  axis,
  format,
  least = 0,
  missing = 'none',
  label,
}: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const pointed = useRef(signal<number | undefined>(undefined)).current;
  const range = useRef<[number, number]>([from, to]);
  range.current = [from, to];

  useEffect(() => {
    const holder = place.current;
    if (holder === null) return undefined;
    const draw = (): void => {
      plot.current?.destroy();
      const options = toOptions({ holder, lines, axis, format, range: () => range.current, pointed });
      plot.current = new UPlot(options, toDrawn(data, least), holder);
    };
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const resized = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = holder;
      if (width > 0) plot.current?.setSize({ width, height });
    });
    draw();
    dark.addEventListener('change', draw);
    resized.observe(holder);
    return () => {
      resized.disconnect();
      dark.removeEventListener('change', draw);
      plot.current?.destroy();
    };
    // Drawn once; later changes of the data go through setData.
  }, []);

  useEffect(() => {
    plot.current?.setData(toDrawn(data, least));
  }, [data]);

  const [times, ...rows] = data;
  const at = pointed.value ?? times.length - 1;
  const time = pointed.value === undefined ? undefined : times[at];
  return (
    <figure>
      <div class="chart" ref={place} role="img" aria-label={label} />
      <Legend
        lines={lines}
        values={rows.map((row) => row[at] ?? null)}
        format={format}
        missing={missing}
        at={time === undefined ? 'now' : clock(new Date(time * 1000), new Date(to * 1000), false)}
      />
    </figure>
  );
}

/** What is drawn. The legend tells the values as they are. */
function toDrawn([times, ...rows]: ChartData, least: number): UPlot.AlignedData {
  const drawn = rows.map((row) => row.map((value) => (value === null ? null : Math.max(value, least))));
  return [times, ...drawn] as UPlot.AlignedData;
}

interface LegendProps {
  readonly lines: readonly Line[];
  readonly values: readonly (number | null)[];
  readonly format: (value: number) => string;
  readonly missing: string;
  readonly at: string;
}

/** A sample, the name and the value of each line. */
function Legend({ lines, values, format, missing, at }: LegendProps) {
  return (
    <figcaption>
      <span class="at">{at}</span>
      {lines.map(({ name, tone, dash }, index) => {
        const value = values[index] ?? null;
        return (
          <span key={name}>
            <svg class={`sample tone-${tone}`} viewBox="0 0 24 8" aria-hidden="true">
              {dash === 'bars' ? (
                <path d="M3 8V3M9 8V1M15 8V4M21 8V2" />
              ) : (
                <path d="M0 4h24" stroke-dasharray={dash?.join(' ')} />
              )}
            </svg>
            {name} <b>{value === null ? missing : format(value)}</b>
          </span>
        );
      })}
    </figcaption>
  );
}
