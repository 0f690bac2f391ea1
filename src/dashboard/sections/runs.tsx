import type { Status } from '../../model/status.ts';
import { ReconcileButton } from '../actions/reconcile-button.tsx';
import { ago } from '../format/ago.ts';
import { Section } from '../ui/section.tsx';
import { RunRow } from './run-row.tsx';

/** Full syncs: what is under way, and what the last ones found. */
export function Runs({ status }: { readonly status: Status }) {
  const { runs, containers, at } = status;
  const underWay = runs.find(({ endedAt }) => endedAt === undefined);
  const [last] = runs;
  const summary =
    underWay !== undefined
      ? 'One is under way.'
      : last === undefined
        ? 'None was made yet. The first one proves the backup.'
        : `The last one ended ${ago(last.endedAt ?? last.updatedAt, at)}.`;
  return (
    <Section
      id="runs"
      title="Reconcile runs"
      summary={summary}
      actions={<ReconcileButton containers={containers.map(({ name }) => name)} />}
    >
      {runs.length === 0 ? null : (
        <ol class="runs">
          {runs.map((run) => (
            <RunRow key={run.id} run={run} status={status} />
          ))}
        </ol>
      )}
    </Section>
  );
}
