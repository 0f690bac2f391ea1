/**
 * What Node is told when it runs a worker: to collect young objects often, which about halves the peak of memory of a
 * walk and takes a tenth less processor time, since what is used again is still near (`npm run bench:walk`). In Azure
 * Functions the same stands in `languageWorkers__node__arguments`:
 * learn.microsoft.com/azure/azure-functions/functions-app-settings
 */
export const WORKER_FLAGS: readonly string[] = ['--max-semi-space-size=2'];
