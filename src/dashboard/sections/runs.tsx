import { useState } from 'preact/hooks';
import type { RunSummary } from '../../api/run.ts';
import type { Status } from '../../api/status.ts';
import { Ago } from '../format/format-values.tsx';
import { RunRow } from './run-row.tsx';
import { post } from '../state/call-api.ts';
import { act } from '../state/notice.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Button, Section, textOf } from '../ui/elements.tsx';

/** Full syncs: the one under way, and the results of the last ones. */
export function Runs({ status }: { readonly status: Status }) {
  const { runs, containers, at, stateAsOf } = status;
  const underWay = runs.find(({ endedAt }) => endedAt === undefined);
  const [last] = runs;
  const summary =
    underWay !== undefined
      ? 'One is running.'
      : last === undefined
        ? stateAsOf === null
          ? 'Not known: the state cannot be read now.'
          : 'There was none yet. The first one that completes proves a recovery point.'
        : endedAgo(last, at);
  return (
    <Section
      id="runs"
      title="Full syncs"
      summary={summary}
      actions={<FullSyncButton containers={containers.map(({ name }) => name)} />}
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

function endedAgo({ endedAt, updatedAt }: RunSummary, now: string) {
  return (
    <>
      The last one ended <Ago at={endedAt ?? updatedAt} now={now} />.
    </>
  );
}

/** Starts a full sync, of everything or of a part. */
function FullSyncButton({ containers }: { readonly containers: readonly string[] }) {
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
      return dryRun ? 'A dry run has started.' : 'A full sync has started.';
    });

  return (
    <>
      <Button onPress={() => setAsking(true)}>Start a full sync</Button>
      {isAsking ? (
        <Dialog title="Start a full sync" confirm="Start" onConfirm={start} onClose={() => setAsking(false)}>
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
            Prefix <small>only paths that begin with it</small>
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
