import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** In the order in which they begin: those that wait for processes first, and short ones last. */
const PROJECTS = ['e2e', 'browser', 'alone', 'contract', 'unit'];

/** Files that take more than ten seconds, the longest first. */
const LONGEST = [
  'test/e2e/pause-reconcile',
  'test/e2e/tree-renames',
  'test/e2e/dead-letters',
  'test/e2e/start',
  'test/e2e/pause',
  'test/e2e/recovery-point',
  'test/e2e/commit-protocol',
  'test/e2e/reconcile-killed',
  'test/e2e/npm-commands',
  'test/e2e/two-mirrors',
  'test/e2e/reconcile',
  'test/e2e/tree-histories',
  'test/e2e/failing-listings',
  'test/e2e/reconcile-guards',
  'test/e2e/slow-writers',
  'test/e2e/listing-orders',
  'test/e2e/environment-killed',
  'test/e2e/unheard-changes',
  'test/e2e/worker-killed',
  'test/package/installed',
  'test/wiring/open-set-up-check',
  'test/chaos/chaos',
  'test/cli/reconcile-command',
  'test/host/service-bus/stop',
  'test/host/service-bus/lock-renewal',
  'test/azure/copy/replace-copy',
  'test/azure/lake/directories',
  'packages/local/test/restart/restart',
  'packages/local/test/storage/stores/persistence',
  'test/azure/backup-store',
  'packages/local/test/storage/stores/extent-release',
  'test/hostile/documents',
  'test/deadletter/replay',
  'test/reconcile/beside-other-tools',
  'test/intake/outage',
];

/**
 * Starts the long files of a project first, so that none is still running when all others are over. Vitest's own
 * order comes from its cache, which a fresh clone does not have, or else from the size of the files.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the method of a sequencer
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => projectRank(a) - projectRank(b) || fileRank(a) - fileRank(b));
  }
}

function projectRank({ project }: TestSpecification): number {
  return PROJECTS.indexOf(project.name);
}

function fileRank({ moduleId, project }: TestSpecification): number {
  const name = relative(project.config.root, moduleId).replaceAll('\\', '/');
  const rank = LONGEST.indexOf(name.replace(/\.test\.ts$/, ''));
  return rank === -1 ? LONGEST.length : rank;
}
