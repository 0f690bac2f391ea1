import { useState } from 'preact/hooks';
import type { Status } from '../../api/status.ts';
import { post } from '../state/call-api.ts';
import { act } from '../state/notice.ts';
import { overall } from '../state/poll.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Button, Icon, textOf } from '../ui/elements.tsx';

/** The two accounts, the overall state, and the button that pauses the mirror. */
export function Masthead({ status }: { readonly status: Status | undefined }) {
  const { shape, tone, text } = overall.value;
  return (
    <header class="masthead">
      <h1>
        {status === undefined ? (
          'Blobmirror'
        ) : (
          <>
            <span>{status.source}</span> <Icon shape="to" />
            <span class="unseen">is mirrored to</span> <span>{status.backup}</span>
          </>
        )}
      </h1>
      <p class={`overall ${tone}`}>
        <Icon shape={shape} /> {text}
      </p>
      {status === undefined ? null : <PauseButton status={status} />}
    </header>
  );
}

/** Pauses or resumes the mirror. */
function PauseButton({ status }: { readonly status: Status }) {
  const [isAsking, setAsking] = useState(false);
  const isPaused = status.paused !== undefined;

  const resume = async () =>
    await act(async () => {
      await post('/api/resume');
      return 'Mirroring is resumed.';
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
          <p>Every worker stops within seconds. Changes wait in the queue; none is lost.</p>
          <label>
            Reason, shown to other operators
            <input name="reason" maxLength={200} autocomplete="off" />
          </label>
        </Dialog>
      ) : null}
    </>
  );
}
