import type { ScopeStatus } from '../../src/api/scope-status.ts';

/** Settings that mirror everything. */
export const NO_RULES: ScopeStatus = {
  containers: { include: [], exclude: [] },
  paths: { include: [], exclude: [] },
  patterns: { include: [], exclude: [] },
  names: {},
};
