export interface Figure {
  readonly name: string;
  /** Undefined when there is none; `note` says why. */
  readonly value: number | undefined;
  readonly unit: 's' | 'ms' | 'MiB' | 'lost' | '/s';
  /** How many times the figure of a server without a store it is. */
  readonly times?: number;
  readonly note?: string;
}

const DIGITS = { s: 2, ms: 2, MiB: 0, lost: 0, '/s': 0 } as const;

export function printFigures(figures: readonly Figure[]): void {
  console.log('\n| figure | value | times a server without a store | |');
  console.log('| --- | ---: | ---: | --- |');
  for (const { name, value, unit, times, note = '' } of figures) {
    const shown = value === undefined ? '–' : `${value.toFixed(DIGITS[unit])} ${unit}`;
    console.log(`| ${name} | ${shown} | ${times?.toFixed(1) ?? ''} | ${note} |`);
  }
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[(numbers.length - 1) >> 1] ?? Number.NaN;
}
