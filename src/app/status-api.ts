import { statement } from '../model/statement.js';
import { toSummary } from '../model/reconcile/run-summary.js';
import type { RecoveryPoint, Status } from '../model/status.js';
import type { Reconciler } from '../reconcile/reconciler.js';
import { AgeBuckets } from '../recovery/status/buckets.js';
import type { Logger } from '../telemetry/logger.js';
import type { OpenAccounts } from './open-accounts.js';
import { toErrorAnswer } from './to-error-answer.js';

/** An answer as HTTP functions give it. */
interface HttpAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly jsonBody?: unknown;
}

/** How the mirror is doing, over HTTP. */
export interface StatusApi {
  show(): Promise<HttpAnswer>;
}

const MOST_RUNS = 10;

export function createStatusApi(
  reconciler: Pick<Reconciler, 'list'>,
  { source, backup }: Pick<OpenAccounts, 'source' | 'backup'>,
  log: Logger,
): StatusApi {
  return {
    show: async () => {
      try {
        return { status: 200, jsonBody: await read() };
      } catch (thrown) {
        return toErrorAnswer(thrown, log);
      }
    },
  };

  async function read(): Promise<Status> {
    const now = new Date().toISOString();
    const runs = await reconciler.list();
    const recovery: RecoveryPoint = {
      proven: null,
      live: null,
      canary: { state: 'off' },
      excepted: { count: 0, sample: [] },
    };
    return {
      at: now,
      source: source.account,
      backup: backup.account,
      statement: statement(recovery, now),
      recovery,
      health: { status: 'ok', problems: [] },
      backlog: { messages: 0, scheduled: 0, bytes: 0, isComplete: true, byAge: new AgeBuckets().byAge },
      deadLetters: { count: 0, isComplete: true, acknowledged: 0, byCode: {} },
      activity: { minutes: [], lagP50Ms: null, lagP99Ms: null, changes: 0, bytes: 0, lastMirrored: {} },
      history: [],
      containers: [],
      runs: runs.slice(0, MOST_RUNS).map(toSummary),
    };
  }
}
