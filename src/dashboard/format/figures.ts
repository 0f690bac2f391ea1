import { bytes as sizeOf } from '../../model/bytes.ts';

const NUMBERS = new Intl.NumberFormat('en');

export function count(value: number): string {
  return NUMBERS.format(value);
}

/** `1 key`, `3 keys`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Number and unit stay on one line. */
export function bytes(value: number): string {
  return sizeOf(value).replace(' ', '\u00a0');
}

export function sum(values: Readonly<Record<string, number>>): number {
  return Object.values(values).reduce((total, value) => total + value, 0);
}
