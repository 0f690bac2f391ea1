import { useSignalEffect } from '@preact/signals';
import { KeyForm } from './sections/key-form.js';
import { Activity } from './sections/activity.js';
import { Backlog } from './sections/backlog.js';
import { Containers } from './sections/containers.js';
import { DeadLetters } from './sections/dead-letters.js';
import { Masthead } from './sections/masthead.js';
import { Problems } from './sections/problems.js';
import { Recovery } from './sections/recovery.js';
import { Runs } from './sections/runs.js';
import { overall } from './state/overall.js';
import { status, trouble } from './state/poll.js';
import { NoticeBar } from './ui/notice-bar.js';

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
