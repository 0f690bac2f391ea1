/**
 * Loads the functions of a package as the Node worker of Azure Functions does, then calls some of them once, and prints
 * the processor time of each step in milliseconds as JSON: `cold-start-once.ts PACKAGE [FUNCTION…]`.
 */
import { globSync } from 'node:fs';
import { Module } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

type Handler = (input: unknown, context: object) => unknown;

const [folder = '', ...called] = process.argv.slice(2);
const handlers = new Map<string, Handler>();
const core = {
  version: '3.9.1',
  hostVersion: '4.1037.0',
  log: () => undefined,
  setProgrammingModel: () => undefined,
  registerHook: () => ({ dispose: () => undefined }),
  registerFunction: ({ name }: { name: string }, handler: Handler) => {
    handlers.set(name, handler);
    return { dispose: () => undefined };
  },
};
const prototype = Module.prototype as unknown as { require: (this: unknown, id: string) => unknown };
const { require: original } = prototype;
prototype.require = function requireOrCore(id) {
  return id === '@azure/functions-core' ? core : original.call(this, id);
};

/** Of another account, so that it is ignored: nothing is asked for or sent. */
const EVENT = {
  id: 'e',
  topic: '/subscriptions/0/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/another',
  subject: '/blobServices/default/containers/photos/blobs/cat.jpg',
  eventType: 'Microsoft.Storage.BlobCreated',
  eventTime: '2026-11-25T12:00:00Z',
  data: { api: 'PutBlob', url: 'https://another.blob.core.windows.net/photos/cat.jpg' },
};

const spent: Record<string, number> = {};
await measure('load', async () => {
  for (const file of globSync(join(folder, 'functions/*.js')).toSorted())
    await import(pathToFileURL(resolve(file)).href);
});
for (const name of called) await measure(name, async () => await call(name));
process.stdout.write(`${JSON.stringify({ functions: handlers.size, ...spent })}\n`);
process.exit(0);

async function measure(step: string, act: () => Promise<unknown>): Promise<void> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  spent[step] = (user + system) / 1000;
}

/** Nothing that it asks for is within reach: what is measured is what it loads and makes before that. */
async function call(name: string): Promise<void> {
  const request = {
    url: 'http://127.0.0.1/',
    method: 'GET',
    headers: new Headers(),
    query: new URLSearchParams(),
    params: {},
    text: async () => await Promise.resolve(''),
  };
  const context = { invocationId: 'i', triggerMetadata: {}, log: () => undefined, info: () => undefined };
  const ended = Promise.resolve(handlers.get(name)?.(name === 'mirror' ? EVENT : request, context)).catch(
    () => undefined,
  );
  await Promise.race([ended, new Promise((done) => setTimeout(done, 1000))]);
}
