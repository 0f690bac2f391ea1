/**
 * Arguments of Node for a worker. A small young generation about halves the peak memory of a listing and saves a tenth of
 * its processor time (`npm run bench:walk`). Not in Azure Functions: with arguments of
 * its own the host gives up the worker that it keeps warm, and a start takes half as long again
 * (github.com/Azure/azure-functions-host/issues/11535).
 */
export const WORKER_FLAGS: readonly string[] = ['--max-semi-space-size=2'];
