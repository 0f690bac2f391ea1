import { CONTAINER_MAP, readContainerNaming } from './container-naming.ts';
import { type Environment, readList, shown } from './environment.ts';
import { BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import { type ContainerName, parseContainerName } from '../model/key.ts';
import {
  type Canaries,
  type Choice,
  type PathRule,
  type Scope,
  type ScopeRules,
  type StateContainers,
  coversWildcard,
  createScope,
} from '../model/scope.ts';

/**
 * The settings of the scope. Commas, blanks and semicolons separate containers. Only semicolons separate paths and
 * patterns, which may hold the others, as in AzCopy.
 *
 * @throws BlobmirrorError `setting-invalid`
 */
export function readScopeRules(
  env: Environment,
  state: StateContainers = {},
  canaries?: Canaries,
): ScopeRules {
  const rules: ScopeRules = {
    containers: readChoice(env, 'CONTAINERS', readContainers),
    paths: readChoice(env, 'PATHS', readPaths),
    patterns: readChoice(env, 'PATTERNS', readPatterns),
    names: readContainerNaming(env),
    state,
    canaries,
  };
  refuseContradictions(rules);
  return rules;
}

type Read<Rule> = (env: Environment, name: string) => readonly Rule[];

function readChoice<Rule>(env: Environment, what: string, read: Read<Rule>): Choice<Rule> {
  return {
    include: read(env, `BLOBMIRROR_INCLUDE_${what}`),
    exclude: read(env, `BLOBMIRROR_EXCLUDE_${what}`),
  };
}

const CONTAINER_PATTERN = /^[$a-z0-9*-]+$/;
const PATH_RULE = /^[$a-z0-9*-]+\/[^*]*$/;

const readContainers: Read<string> = (env, name) =>
  readList(
    env,
    name,
    /[;,\s]+/,
    (item) => CONTAINER_PATTERN.test(item),
    'container names; * stands for any characters',
  );

const readPaths: Read<PathRule> = (env, name) =>
  readList(
    env,
    name,
    /;/,
    (item) => PATH_RULE.test(item),
    'like photos/2026/ or */tmp/: a container, and the beginning of a path without wildcards',
  ).map((item) => {
    const slash = item.indexOf('/');
    return { containers: item.slice(0, slash), path: item.slice(slash + 1) };
  });

const readPatterns: Read<string> = (env, name) =>
  readList(
    env,
    name,
    /;/,
    (item) => !item.includes('/'),
    'patterns like *.jpg for the part of a path after its last slash',
  );

/**
 * Refuses rules that contradict each other: something is included and excluded whole, or two containers share one on the
 * backup. Contradictions that depend on the containers of the account are found later: `container-not-mappable`.
 *
 * @throws BlobmirrorError `setting-invalid`
 */
function refuseContradictions(rules: ScopeRules): void {
  refuseExcluded('CONTAINERS', rules.containers, '*', coversWildcard, (pattern) => pattern);
  refuseExcluded('PATHS', rules.paths, { containers: '*', path: '' }, coversPath, pathText);
  refuseExcluded('PATTERNS', rules.patterns, '*', coversWildcard, (pattern) => pattern);

  const scope = createScope('', rules);
  for (const { setting, container } of namedContainers(rules)) {
    if (!scope.includesContainer(container)) {
      throw wrong(
        `${setting} names the container ${container}, but other settings exclude all of it; remove it, or include it there`,
      );
    }
    refuseWithoutName(scope, container);
  }
}

/** @param all the rule that an empty list of includes stands for */
function refuseExcluded<Rule>(
  what: string,
  { include, exclude }: Choice<Rule>,
  all: Rule,
  covers: (wide: Rule, narrow: Rule) => boolean,
  toText: (rule: Rule) => string,
): void {
  for (const rule of include.length === 0 ? [all] : include) {
    const over = exclude.find((each) => covers(each, rule));
    if (over === undefined) continue;
    const [kept, left] = [shown(toText(rule)), shown(toText(over))];
    if (include.length === 0) {
      throw wrong(
        `BLOBMIRROR_EXCLUDE_${what} holds ${left}, which excludes everything; it should exclude less`,
      );
    }
    throw wrong(
      kept === left
        ? `${kept} is in BLOBMIRROR_INCLUDE_${what} and in BLOBMIRROR_EXCLUDE_${what}; remove it from one of them`
        : `BLOBMIRROR_EXCLUDE_${what} holds ${left}, which excludes all of ${kept} in BLOBMIRROR_INCLUDE_${what}; remove one of them`,
    );
  }
}

function coversPath(wide: PathRule, narrow: PathRule): boolean {
  return coversWildcard(wide.containers, narrow.containers) && narrow.path.startsWith(wide.path);
}

function pathText(rule: PathRule): string {
  return `${rule.containers}/${rule.path}`;
}

/** The containers that the settings name in full: the user expects each of them to be mirrored. */
function namedContainers({ containers, paths, names }: ScopeRules): readonly Named[] {
  return [
    ...named('BLOBMIRROR_INCLUDE_CONTAINERS', containers.include),
    ...named(
      'BLOBMIRROR_INCLUDE_PATHS',
      paths.include.map((rule) => rule.containers),
    ),
    ...named(CONTAINER_MAP, [...names.map.keys()]),
  ];
}

interface Named {
  readonly setting: string;
  readonly container: ContainerName;
}

function named(setting: string, patterns: readonly string[]): readonly Named[] {
  return patterns.flatMap((pattern) => {
    try {
      return [{ setting, container: parseContainerName(pattern) }];
    } catch {
      return [];
    }
  });
}

function refuseWithoutName(scope: Scope, container: ContainerName): void {
  try {
    scope.toBackup(container);
  } catch (thrown) {
    throw wrong(`${toBlobmirrorError(thrown).message}; ${CONTAINER_MAP} can give it another name`, thrown);
  }
}

function wrong(line: string, cause?: unknown): BlobmirrorError {
  return new BlobmirrorError('setting-invalid', line, { cause });
}
