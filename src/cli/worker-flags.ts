/**
 * What Node is told when it runs a worker: to collect sooner than it would by itself, which about halves the peak of
 * memory of a walk (`npm run bench:walk`). In Azure Functions the same stands in `languageWorkers__node__arguments`:
 * learn.microsoft.com/azure/azure-functions/functions-app-settings
 */
export const WORKER_FLAGS: readonly string[] = ['--max-semi-space-size=4'];
