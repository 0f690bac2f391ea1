import type { Line } from './options.ts';

interface LegendProps {
  readonly lines: readonly Line[];
  readonly values: readonly (number | null)[];
  readonly format: (value: number) => string;
  readonly at: string;
}

/** Each line as it is drawn, with its name and its value. */
export function Legend({ lines, values, format, at }: LegendProps) {
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
            {name} <b>{value === null ? 'none' : format(value)}</b>
          </span>
        );
      })}
    </figcaption>
  );
}
