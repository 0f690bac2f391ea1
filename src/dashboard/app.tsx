import { useSignalEffect } from '@preact/signals';
import { KeyForm } from './sections/key-form.tsx';
import { Activity } from './sections/activity.tsx';
import { Backlog } from './sections/backlog.tsx';
import { Containers } from './sections/containers.tsx';
import { DeadLetters } from './sections/dead-letters.tsx';
import { Masthead } from './sections/masthead.tsx';
import { Problems } from './sections/problems.tsx';
import { Recovery } from './sections/recovery.tsx';
import { Runs } from './sections/runs.tsx';
import { overall } from './state/overall.ts';
import { status, trouble } from './state/poll.ts';
import { NoticeBar } from './ui/notice-bar.tsx';

/** The whole page: how far behind, what is stuck and why, and what can be done, in this order. */
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
            <DeadLetters status={now} />
            <Activity status={now} />
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
