/** What Node is told when it runs a worker. */
export const WORKER_FLAGS: readonly string[] = [];
