import type { Canaries, Choice, PathRule, ScopeRules, StateContainers } from '../model/scope.ts';
import { readContainerNaming } from './container-naming.ts';
import type { Environment } from './environment.ts';
import { readList } from './read-list.ts';
import { refuseContradictions } from './refuse-contradictions.ts';

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
