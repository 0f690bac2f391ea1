import { useSignalEffect } from '@preact/signals';
import { ActivitySection } from './sections/activity.tsx';
import { Backlog } from './sections/backlog.tsx';
import { Containers } from './sections/containers.tsx';
import { DeadLetters } from './sections/dead-letters.tsx';
import { FindKey } from './sections/find-key.tsx';
import { KeyForm } from './sections/key-form.tsx';
import { Masthead } from './sections/masthead.tsx';
import { Problems } from './sections/problems.tsx';
import { Recovery } from './sections/recovery.tsx';
import { Runs } from './sections/runs.tsx';
import { dismissNotice, notice } from './state/notice.ts';
import { Unprotected } from './sections/unprotected.tsx';
import { overall, status, trouble } from './state/poll.ts';
import { Button, Icon } from './ui/elements.tsx';

/** The whole page, most urgent first: problems, recovery point, dead letters, then activity and full syncs. */
export function App() {
  const now = status.value;
  useSignalEffect(() => {
    document.title = `${overall.value.text} · Blobmirror`;
  });
  return (
    <>
      <Masthead status={now} />
      <main class={trouble.value === undefined ? undefined : 'stale'}>
        <p class="unseen" role="status">
          {overall.value.text}
        </p>
        {trouble.value?.kind === 'key-needed' ? <KeyForm /> : null}
        <Problems status={now} />
        {now === undefined ? null : (
          <>
            <Recovery status={now} />
            <Unprotected status={now} />
            <DeadLetters status={now} />
            <FindKey />
            <ActivitySection status={now} />
            <Backlog status={now} />
            <Runs status={now} />
            <Containers status={now} />
          </>
        )}
      </main>
      <NoticeBar />
    </>
  );
}

/** The result of the last action. The element is always in the page: screen readers announce only changes of one that exists. */
function NoticeBar() {
  const current = notice.value;
  return (
    <div class="notice" role="status">
      {current === undefined ? null : (
        <div class={current.kind}>
          <Icon shape={current.kind === 'done' ? 'ok' : 'bad'} />
          <p>
            {current.text} {current.hint ? <span>{current.hint}</span> : null}
          </p>
          <Button kind="quiet" onPress={dismissNotice}>
            Dismiss
          </Button>
        </div>
      )}
    </div>
  );
}
