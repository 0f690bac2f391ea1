import {
  type ContainerNames,
  type ContainerNaming,
  SAME_NAMES,
  createContainerNames,
} from './container-names.ts';
import type { ContainerName, Key, Prefix } from './key.ts';
import { isCanaryName } from './mirror-id.ts';

/**
 * Which keys of the source are mirrored, and under which container names: one definition for events, listings and
 * comparisons. Keys outside the scope are not read, written, listed or deleted on either account. Everything on the backup
 * that mirrors no key of the scope belongs to somebody else.
 */
export interface Scope extends ContainerNames {
  /** The source account's name. */
  readonly account: string;

  includes(key: Key): boolean;

  /** The rule that keeps a key out of the scope, as a sentence; undefined if it is in the scope. */
  exclusionOf(key: Key): string | undefined;

  /** Whether any key of the container may be in the scope. */
  includesContainer(container: ContainerName): boolean;

  /**
   * The prefixes to list, none within another, to find every key of the scope below the given prefix. Not every key below
   * them is in the scope. Empty if there can be none.
   */
  prefixes(under: Prefix): readonly Prefix[];

  /**
   * Whether no setting names anything below a directory, so that the same of it is in the scope under any other such
   * directory. The directory itself may be excluded by its own name.
   */
  isWhole(directory: Key): boolean;

  /** Whether everything below a directory is in the scope, so that it may be deleted as a whole. */
  readonly takesAllBelow: (directory: Key) => boolean;
}

/** A list of what is included (all if empty) and one of what is excluded, which wins. */
export interface Choice<Rule> {
  readonly include: readonly Rule[];
  readonly exclude: readonly Rule[];
}

/** All paths with a prefix, in the containers of a pattern. The prefix has no wildcards and need not end at a slash. */
export interface PathRule {
  readonly containers: string;
  readonly path: string;
}

export interface ScopeRules {
  /** Container names, with wildcards. */
  readonly containers: Choice<string>;
  readonly paths: Choice<PathRule>;
  /** The part of a path after its last slash, with wildcards. */
  readonly patterns: Choice<string>;
  readonly names: ContainerNaming;
  readonly state: StateContainers;
  readonly canaries?: Canaries | undefined;
}

/** Where mirrors of one source keep their canaries. */
export interface Canaries {
  readonly container: ContainerName;
  /** This mirror's canary, which is always mirrored; undefined if it has none. Those of other mirrors never are. */
  readonly own: string | undefined;
}

/** The containers of the mirror's state, by their names in each account: never a user's data. */
export interface StateContainers {
  readonly source?: readonly ContainerName[];
  readonly backup?: readonly ContainerName[];
}

/** Containers that Azure writes for one account: never a user's data. */
export const SERVICE_CONTAINERS: ReadonlySet<string> = new Set(['$logs', '$blobchangefeed']);

/** The records of what ended on a backup: on either account never a user's data. */
export const HISTORY_CONTAINER = 'blobmirror-history';

/** Our directory in each container, for trash and staged copies: never a user's data. */
export const RESERVED_DIRECTORY = '.blobmirror';

export function isReserved(path: string): boolean {
  return path === RESERVED_DIRECTORY || path.startsWith(`${RESERVED_DIRECTORY}/`);
}

/** A rule that is not given excludes nothing. */
export function createScope(account: string, rules: Partial<ScopeRules> = {}): Scope {
  const { containers = ALL, paths = ALL, patterns = ALL, names = SAME_NAMES, state = {}, canaries } = rules;
  const containerNames = createContainerNames(names);
  /** The state, and containers that would be mirrored onto it. */
  const own = new Set<ContainerName | undefined>([
    ...(state.source ?? []),
    ...(state.backup ?? []).map((name) => containerNames.fromBackup(name)),
  ]);

  const canary = canaries?.own === undefined ? undefined : canaries.container;

  function containerExclusion(container: ContainerName): string | undefined {
    if (SERVICE_CONTAINERS.has(container)) return `Azure writes the container ${container} for one account`;
    if (container === HISTORY_CONTAINER) return `the container ${container} holds the history of a backup`;
    if (own.has(container)) return `the container ${container} holds the state of the mirror`;
    if (container === canary) return undefined;
    return exclusionBy(containers, (pattern) => matchesWildcard(pattern, container), 'CONTAINERS', String);
  }

  function exclusionOf({ container, path }: Key): string | undefined {
    const ofContainer = containerExclusion(container);
    if (ofContainer !== undefined) return ofContainer;
    if (container === canaries?.container) {
      if (path === canaries.own) return undefined;
      if (isCanaryName(path)) return 'it is the canary of another mirror';
    }
    if (isReserved(path)) return `what is below ${RESERVED_DIRECTORY} belongs to the mirror`;
    const takes = (rule: PathRule): boolean => isOf(rule, container) && path.startsWith(rule.path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    return (
      exclusionBy(paths, takes, 'PATHS', (rule) => `${rule.containers}/${rule.path}`) ??
      exclusionBy(patterns, (pattern) => matchesWildcard(pattern, name), 'PATTERNS', String)
    );
  }

  const isContainer = (container: ContainerName): boolean => containerExclusion(container) === undefined;

  function prefixes(under: Prefix): readonly Prefix[] {
    const { container, path } = under;
    if (container === canary) return isContainer(canary) ? [under] : [];
    const isLeftOut = (prefix: string): boolean =>
      paths.exclude.some((rule) => isOf(rule, container) && prefix.startsWith(rule.path));
    if (!isContainer(container) || isLeftOut(path)) return [];
    if (paths.include.length === 0) return [under];

    const wanted = new Set(paths.include.filter((rule) => isOf(rule, container)).map((rule) => rule.path));
    if ([...wanted].some((prefix) => path.startsWith(prefix))) return [under];
    return [...wanted]
      .filter((prefix) => prefix.startsWith(path) && !isLeftOut(prefix))
      .filter((prefix) => ![...wanted].some((wider) => wider !== prefix && prefix.startsWith(wider)))
      .toSorted()
      .map((prefix) => ({ container, path: prefix }));
  }

  function isWhole({ container, path }: Key): boolean {
    const below = `${path}/`;
    const [only] = prefixes({ container, path: below });
    return (
      only?.path === below &&
      !paths.exclude.some((rule) => isOf(rule, container) && rule.path.startsWith(below))
    );
  }

  const takesAllBelow = (directory: Key): boolean =>
    patterns.include.length === 0 && patterns.exclude.length === 0 && isWhole(directory);

  const includesContainer = (container: ContainerName): boolean =>
    prefixes({ container, path: '' }).length > 0;

  return {
    account,
    includes: (key) => exclusionOf(key) === undefined,
    exclusionOf,
    includesContainer,
    prefixes,
    isWhole,
    takesAllBelow,
    toBackup: (container) => containerNames.toBackup(container),
    fromBackup: (name) => {
      const container = containerNames.fromBackup(name);
      return container !== undefined && includesContainer(container) ? container : undefined;
    },
  };
}

const ALL: Choice<never> = { include: [], exclude: [] };

/** The setting that does not choose what the rules are asked about, as a sentence; undefined if it is chosen. */
function exclusionBy<Rule>(
  { include, exclude }: Choice<Rule>,
  takes: (rule: Rule) => boolean,
  what: 'CONTAINERS' | 'PATHS' | 'PATTERNS',
  toText: (rule: Rule) => string,
): string | undefined {
  const over = exclude.find(takes);
  if (over !== undefined) return `BLOBMIRROR_EXCLUDE_${what} excludes it by ${JSON.stringify(toText(over))}`;
  if (include.length === 0 || include.some(takes)) return undefined;
  return `BLOBMIRROR_INCLUDE_${what} does not include it`;
}

function isOf(rule: PathRule, container: ContainerName): boolean {
  return matchesWildcard(rule.containers, container);
}

/**
 * Whether a text matches a pattern: `*` matches any run of characters, `?` any one, and every other character itself, case
 * included.
 *
 * These are the wildcards that AzCopy documents. It hands its patterns to Go's path.Match, which also reads `[a-z]` and
 * `\`; a blob's name may hold brackets, braces, backslashes and exclamation marks, so here they are ordinary
 * characters, unlike in a glob library. The time is at most the product of both lengths.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  return consume(
    Array.from(pattern),
    Array.from(text),
    (wanted, character) => wanted === character || wanted === '?',
  );
}

/** Whether the wide pattern matches every text that the narrow one matches. */
export function coversWildcard(wide: string, narrow: string): boolean {
  return consume(
    Array.from(wide),
    Array.from(narrow),
    (wanted, token) => token !== '*' && (wanted === token || wanted === '?'),
  );
}

/** Greedy: only the last `*` ever needs to take more, since an earlier one gains nothing by it. */
function consume(
  pattern: readonly string[],
  text: readonly string[],
  takes: (wanted: string, character: string) => boolean,
): boolean {
  let [at, star, starTook] = [0, -1, 0];
  for (let i = 0; i < text.length; i++) {
    const [wanted, character = ''] = [pattern[at], text[i]];
    if (wanted === '*') {
      star = at++;
      starTook = i--;
    } else if (wanted !== undefined && takes(wanted, character)) {
      at++;
    } else if (star >= 0) {
      at = star + 1;
      i = starTook++;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
