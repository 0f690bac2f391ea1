/** What the settings mirror, as rules in words. Lists that are empty choose nothing: without includes, all is included. */
export interface ScopeStatus {
  /** Patterns of container names. */
  readonly containers: ScopeChoice;
  /** `CONTAINERS/PREFIX` */
  readonly paths: ScopeChoice;
  /** Patterns of the part of a path after its last slash. */
  readonly patterns: ScopeChoice;
  /** By the name of a container at the source, its name on the backup. */
  readonly names: Readonly<Record<string, string>>;
  /** Begins the names of all other containers on the backup. */
  readonly namePrefix?: string;
}

interface ScopeChoice {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** The rules as sentences: what is mirrored, and what is not. */
export function describeScope(scope: ScopeStatus): {
  readonly mirrored: string;
  readonly left: string | undefined;
  readonly renamed: string | undefined;
} {
  const { containers, paths, patterns, names, namePrefix } = scope;
  const parts = (which: keyof ScopeChoice): string[] => [
    ...named('container', containers[which]),
    ...named('path', paths[which].map(toPrefix)),
    ...named('name', patterns[which]),
  ];
  const included = parts('include');
  const excluded = parts('exclude');
  const renamed = Object.entries(names).map(([name, onBackup]) => `${name} is ${onBackup} on the backup`);
  if (namePrefix !== undefined)
    renamed.push(
      `the names of ${renamed.length > 0 ? 'all others' : 'containers'} begin with ${namePrefix} there`,
    );
  return {
    mirrored: included.length === 0 ? 'all containers' : included.join('; of them '),
    left: excluded.length === 0 ? undefined : excluded.join('; '),
    renamed: renamed.length === 0 ? undefined : renamed.join('; '),
  };
}

function named(what: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return [`${what}${items.length === 1 ? '' : 's'} ${items.join(', ')}`];
}

function toPrefix(rule: string): string {
  return `${rule}…`;
}
