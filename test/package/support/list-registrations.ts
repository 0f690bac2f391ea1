/**
 * Loads the package of the working directory as the Functions worker does, with a stand-in for the module that only the
 * worker has, and prints what was registered.
 */
import { globSync, readFileSync } from 'node:fs';
import { Module } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const functions: unknown[] = [];
let model: unknown;
const core = {
  version: '3.0.0',
  setProgrammingModel: (given: unknown) => {
    model = given;
  },
  getProgrammingModel: () => model,
  registerFunction: (metadata: unknown, callback: unknown) => {
    functions.push({ metadata, hasHandler: typeof callback === 'function' });
    return { dispose: () => undefined };
  },
  registerHook: () => ({ dispose: () => undefined }),
  log: () => undefined,
};
const prototype: { require: (this: unknown, id: string) => unknown } = Module.prototype;
const original = prototype.require;
prototype.require = function requireOrCore(id) {
  return id === '@azure/functions-core' ? core : original.call(this, id);
};

const { main } = JSON.parse(readFileSync('package.json', 'utf8')) as { main: string };
for (const file of globSync(main).toSorted()) await import(pathToFileURL(resolve(file)).href);
process.stdout.write(JSON.stringify({ functions, milliseconds: performance.now() }));
process.exit(0);
