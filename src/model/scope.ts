import type { ContainerName } from './key.js';

/** Which part of the source is mirrored. One definition serves events and listings. */
export interface Scope {
  /** The source account's name. */
  readonly account: string;
  includes(container: ContainerName): boolean;
}

export interface ScopePatterns {
  /** Container names; `*` stands for any run of characters. Empty: all. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** The service's own containers: written by Azure for this account alone, never a user's data. */
const SYSTEM_CONTAINERS: ReadonlySet<string> = new Set(['$logs', '$blobchangefeed']);

export function createScope(account: string, patterns: ScopePatterns): Scope {
  const include = patterns.include.map(toExpression);
  const exclude = patterns.exclude.map(toExpression);
  return {
    account,
    includes: (container) =>
      !SYSTEM_CONTAINERS.has(container) &&
      (include.length === 0 || include.some((pattern) => pattern.test(container))) &&
      !exclude.some((pattern) => pattern.test(container)),
  };
}

function toExpression(pattern: string): RegExp {
  const literal = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`);
}
