import { useState } from 'preact/hooks';
import type { Status } from '../../model/status.ts';
import { post } from '../state/call-api.ts';
import { act } from '../state/notice.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { textOf } from '../ui/text-of.ts';

/** Holds the mirror, or lets it go on. */
export function PauseButton({ status }: { readonly status: Status }) {
  const [isAsking, setAsking] = useState(false);
  const isPaused = status.paused !== undefined;

  const resume = async () =>
    await act(async () => {
      await post('/api/resume');
      return 'Mirroring goes on.';
    });
  const pause = async (fields: FormData) =>
    await act(async () => {
      const reason = textOf(fields, 'reason');
      await post('/api/pause', reason === '' ? {} : { reason });
      return 'Mirroring is paused. Changes wait in the queue.';
    });

  return (
    <>
      <Button
        {...(isPaused && { kind: 'primary' as const })}
        onPress={isPaused ? resume : () => setAsking(true)}
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      {isAsking ? (
        <Dialog title="Pause mirroring?" confirm="Pause" onConfirm={pause} onClose={() => setAsking(false)}>
          <p>Every worker stops within seconds. Changes wait in the queue and nothing is lost.</p>
          <label>
            Reason, for whoever looks next
            <input name="reason" maxLength={200} autocomplete="off" />
          </label>
        </Dialog>
      ) : null}
    </>
  );
}
