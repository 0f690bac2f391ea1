/**
 * How long tests wait for what must come. It judges nothing: what takes longer hangs. It is below the time limit of a
 * test, so that the wait fails and says what did not come; suites with another limit set TEST_WAIT_MS.
 */
export const PATIENCE_MS = Number(process.env['TEST_WAIT_MS'] ?? 500_000);
