import { useEffect, useRef } from 'preact/hooks';
import { signal } from '@preact/signals';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { clock } from '../format/time.tsx';
import { Legend } from './legend.tsx';
import { type Line, toOptions } from './options.ts';

interface ChartProps {
  readonly lines: readonly Line[];
  /** Seconds since 1970, and then a row for each line. */
  readonly data: readonly [times: number[], ...rows: (number | null)[][]];
  readonly from: number;
  readonly to: number;
  readonly axis: 'duration' | 'count';
  readonly format: (value: number) => string;
  /** What somebody who does not see it should know. */
  readonly label: string;
}

/** Lines over time. Below them is what they are now, or at the time that is pointed at. */
export function Chart({ lines, data, from, to, axis, format, label }: ChartProps) {
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
      plot.current = new UPlot(options, data as UPlot.AlignedData, holder);
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
    // Drawn once; what changes afterwards is the data.
  }, []);

  useEffect(() => {
    plot.current?.setData(data as UPlot.AlignedData);
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
        at={time === undefined ? 'now' : clock(new Date(time * 1000), new Date(to * 1000), false)}
      />
    </figure>
  );
}
