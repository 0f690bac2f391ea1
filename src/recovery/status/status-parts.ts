import type { ServiceClock } from '../../clock/service-clock.ts';
import type { Activity } from '../../model/activity.ts';
import type { DeadLetter } from '../../model/dead-letter.ts';
import type { Proof } from '../../model/reconcile/proof.ts';
import type { RunSummary } from '../../model/reconcile/run-summary.ts';
import type { VersionStatus } from '../../model/service-version.ts';
import type { Status } from '../../model/status.ts';
import type { Reading } from '../../model/reading.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { QueueBrowser } from '../../ports/queue-browser.ts';
import type { HealthLimits } from '../health/judge-health.ts';

/** Whom a status is asked of. */
export interface StatusParts {
  /** Account names. */
  readonly source: string;
  readonly backup: string;
  /** The mirror's, where it is not `default`. */
  readonly name?: string;
  readonly documents: DocumentStore;
  /** The last runs, and what was proven. */
  readonly readRuns: () => Promise<{
    readonly runs: readonly RunSummary[];
    readonly proof: Proof | undefined;
  }>;
  /** @param damaged is told the name of each document that cannot be read */
  readonly readActivity: (now: Date, damaged: (name: string) => void) => Promise<Activity>;
  readonly readPause: () => Promise<Status['paused']>;
  readonly events: QueueBrowser;
  readonly readLetters: () => AsyncIterable<DeadLetter>;
  /** Tells the letters that somebody has taken note of. */
  readonly readAcknowledged: (damaged: (name: string) => void) => Promise<(letter: DeadLetter) => boolean>;
  /** One cheap request that takes the rights which the mirror takes; rejects with why it was not answered. */
  readonly probe: { readonly source: () => Promise<unknown>; readonly backup: () => Promise<unknown> };
  /** What the two took of the versions of the storage services that they were asked by. */
  readonly versions: () => Readonly<Record<'source' | 'backup', VersionStatus>>;
  /** One look at the canary on the backup; undefined where there is no canary. */
  readonly lookAtCanary: (() => Promise<Reading>) | undefined;
  /** Its container, which is nobody's data. */
  readonly canaryContainer: string | undefined;
  readonly limits: HealthLimits;
  /** The time of day, by the clocks of the services. */
  readonly now: () => Date;
  /** What is claimed is claimed by it. */
  readonly serviceClock: Pick<ServiceClock, 'begin' | 'judge'>;
  /** Whether workers have had no time yet to be heard of. */
  readonly isInGrace?: () => boolean;
}
