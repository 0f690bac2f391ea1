import { vi } from 'vitest';
import { PATIENCE_MS } from './patience.ts';

const EVERY_MS = 10;

/** Waits until the assertion holds, however busy the machine is. */
export async function waitFor<T>(assertion: () => T | Promise<T>): Promise<T> {
  return await vi.waitFor(assertion, { timeout: PATIENCE_MS, interval: EVERY_MS });
}
