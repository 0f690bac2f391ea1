/**
 * What Node is told when it runs a worker: to collect sooner than it would by itself, which takes a tenth more processor
 * time in a walk and more than a third off its peak of memory (`npm run bench:walk`). In Azure Functions the same stands
 * in `languageWorkers__node__arguments`: learn.microsoft.com/azure/azure-functions/functions-app-settings
 */
export const WORKER_FLAGS: readonly string[] = ['--max-semi-space-size=4', '--heap-growing-percent=100'];
