/**
 * What Node is told when it runs a worker. Pages of listings, some megabytes each, are freed when the collector gets to
 * them, and it gets to them the sooner the smaller its nursery is. In Azure Functions the same stands in
 * `languageWorkers__node__arguments`: learn.microsoft.com/azure/azure-functions/functions-app-settings
 */
export const WORKER_FLAGS: readonly string[] = ['--max-semi-space-size=4'];
