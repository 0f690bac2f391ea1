import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { RequestListenerFactory } from '../../src/azurite/azurite.ts';

/** All CommonJS modules of this process. */
const { cache } = createRequire(import.meta.url);

test("Azurite is loaded without the library of its telemetry, and without a substitute for others' use of it", () => {
  expect(RequestListenerFactory).toBeTypeOf('function');
  const loaded = Object.keys(cache).map((path) => path.replaceAll('\\', '/'));
  expect(loaded.some((path) => path.includes('/azurite/dist/src/common/Telemetry.js'))).toBe(true);
  expect(loaded.filter((path) => path.includes('/node_modules/applicationinsights/'))).toEqual([]);
});
