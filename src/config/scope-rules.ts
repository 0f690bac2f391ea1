import { CONTAINER_MAP, readContainerNaming } from './container-naming.ts';
import { type Environment, readList } from './environment.ts';
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
 * The settings of the scope. Lists of containers may have commas and blanks between their items as well as
 * semicolons; paths and patterns may hold those, so there only a semicolon parts them, as for AzCopy.
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
    'container names, * for any characters',
  );

const readPaths: Read<PathRule> = (env, name) =>
  readList(
    env,
    name,
    /;/,
    (item) => PATH_RULE.test(item),
    'like photos/2026/ or */tmp/, which are a container and what a path begins with, without wildcards',
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
    'patterns like *.jpg for what follows the last slash of a path',
  );

/**
 * Stops the start where the settings of the scope show by themselves that they cannot mean what they say: something is
 * let in and left out at once, or two containers would share one on the backup. What only the accounts can show is
 * found when a container is met: `container-not-mappable`.
 *
 * @throws BlobmirrorError `setting-invalid`
 */
function refuseContradictions(rules: ScopeRules): void {
  refuseLeftOut('CONTAINERS', rules.containers, '*', coversWildcard, (pattern) => pattern);
  refuseLeftOut('PATHS', rules.paths, { containers: '*', path: '' }, coversPath, pathText);
  refuseLeftOut('PATTERNS', rules.patterns, '*', coversWildcard, (pattern) => pattern);

  const scope = createScope('', rules);
  for (const { setting, container } of namedContainers(rules)) {
    if (!scope.includesContainer(container)) {
      throw wrong(
        `${setting} names the container ${container}, of which other settings let nothing in; it should not be named, or they should let it in`,
      );
    }
    refuseWithoutName(scope, container);
  }
}

/** What is let in and left out whole: `all` stands for a list of what to let in that is empty. */
function refuseLeftOut<Rule>(
  what: string,
  { include, exclude }: Choice<Rule>,
  all: Rule,
  covers: (wide: Rule, narrow: Rule) => boolean,
  toText: (rule: Rule) => string,
): void {
  for (const rule of include.length === 0 ? [all] : include) {
    const over = exclude.find((each) => covers(each, rule));
    if (over === undefined) continue;
    const [kept, left] = [JSON.stringify(toText(rule)), JSON.stringify(toText(over))];
    if (include.length === 0) {
      throw wrong(
        `BLOBMIRROR_EXCLUDE_${what} holds ${left}, which leaves nothing to mirror; it should be less`,
      );
    }
    throw wrong(
      kept === left
        ? `${kept} is in BLOBMIRROR_INCLUDE_${what} and in BLOBMIRROR_EXCLUDE_${what}; it should be in one of them`
        : `BLOBMIRROR_EXCLUDE_${what} holds ${left}, which leaves nothing of ${kept} in BLOBMIRROR_INCLUDE_${what}; one of them should go`,
    );
  }
}

function coversPath(wide: PathRule, narrow: PathRule): boolean {
  return coversWildcard(wide.containers, narrow.containers) && narrow.path.startsWith(wide.path);
}

function pathText(rule: PathRule): string {
  return `${rule.containers}/${rule.path}`;
}

/** The containers that the settings name in full, so that something is surely expected of each. */
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
    throw wrong(
      `${toBlobmirrorError(thrown).message}; ${CONTAINER_MAP} should give it one of its own`,
      thrown,
    );
  }
}

function wrong(line: string, cause?: unknown): BlobmirrorError {
  return new BlobmirrorError('setting-invalid', line, { cause });
}
