import { useState } from 'preact/hooks';
import { post } from '../state/call-api.ts';
import { act } from '../state/notice.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { textOf } from '../ui/text-of.ts';

/** Begins a full sync of all or of a part. */
export function ReconcileButton({ containers }: { readonly containers: readonly string[] }) {
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
