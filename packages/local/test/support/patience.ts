/**
 * How long tests wait for what must come. It judges nothing: what takes longer hangs. Suites whose time limits
 * are others set TEST_WAIT_MS.
 */
export const PATIENCE_MS = Number(process.env['TEST_WAIT_MS'] ?? 500_000);
