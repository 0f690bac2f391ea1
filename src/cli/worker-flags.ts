/**
 * Arguments of Node for a worker. A small young generation about halves the peak memory of a listing and saves a tenth of
 * its processor time (`npm run bench:walk`). In Azure Functions, `languageWorkers__node__arguments` has the same:
 * learn.microsoft.com/azure/azure-functions/functions-app-settings
 */
export const WORKER_FLAGS: readonly string[] = ['--max-semi-space-size=2'];
