import { useState } from 'preact/hooks';
import type { Status } from '../../api/status.ts';
import { ago } from '../format/format-values.tsx';
import { RunRow } from './run-row.tsx';
import { post } from '../state/call-api.ts';
import { act } from '../state/notice.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Button, Section, textOf } from '../ui/elements.tsx';

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

/** Begins a full sync of all or of a part. */
function ReconcileButton({ containers }: { readonly containers: readonly string[] }) {
  const [isAsking, setAsking] = useState(false);

  const start = async (fields: FormData) =>
    await act(async () => {
      const container = textOf(fields, 'container');
      const prefix = textOf(fields, 'prefix');
      const dryRun = fields.get('dryRun') !== null;
      await post('/api/reconcile', {
        ...(container !== '' && { container }),
        ...(prefix !== '' && { prefix }),
        dryRun,
      });
      return dryRun ? 'A dry run has begun.' : 'A reconcile has begun.';
    });

  return (
    <>
      <Button onPress={() => setAsking(true)}>Start a reconcile</Button>
      {isAsking ? (
        <Dialog title="Start a reconcile" confirm="Start" onConfirm={start} onClose={() => setAsking(false)}>
          <p>Compares both accounts and repairs what is out of step.</p>
          <label>
            Container <small>all when empty</small>
            <input
              name="container"
              list="known-containers"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
            />
          </label>
          <datalist id="known-containers">
            {containers.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <label>
            Prefix <small>only paths that begin so</small>
            <input name="prefix" autocomplete="off" autocapitalize="none" spellcheck={false} />
          </label>
          <label class="check">
            <input type="checkbox" name="dryRun" />
            Dry run: find and count, write nothing
          </label>
        </Dialog>
      ) : null}
    </>
  );
}
