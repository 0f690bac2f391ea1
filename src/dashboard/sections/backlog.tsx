import type { Status } from '../../api/status.ts';
import { bytes, count, counted } from '../format/format-values.tsx';
import { Section } from '../ui/elements.tsx';

/** The events in the queue, by the age of their change. */
export function Backlog({ status: { backlog } }: { readonly status: Status }) {
  const { messages, scheduled, isComplete, isUnknown, byAge } = backlog;
  if (messages === 0) {
    const summary =
      isComplete && isUnknown !== true ? 'The queue is empty.' : 'The queue cannot be read now.';
    return <Section id="backlog" title="Backlog" summary={summary} />;
  }
  const most = Math.max(...byAge.map((bucket) => bucket.messages), 1);
  return (
    <Section
      id="backlog"
      title="Backlog"
      summary={
        <>
          {isComplete ? '' : 'At least '}
          {counted(messages, 'change')} of {bytes(backlog.bytes)}{' '}
          {messages === 1 && isComplete ? 'waits' : 'wait'}
          {scheduled === 0 ? '.' : `, ${count(scheduled)} of them for a scheduled recheck.`}
        </>
      }
    >
      <table class="bars">
        <thead>
          <tr>
            <th scope="col">Age</th>
            <th scope="col" class="number">
              Changes
            </th>
            <th scope="col" class="number">
              Bytes
            </th>
          </tr>
        </thead>
        <tbody>
          {byAge.map((bucket) => (
            <tr key={bucket.bucket} class={bucket.messages === 0 ? 'none' : undefined}>
              <th scope="row">
                <svg class="bar" aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 100 1">
                  <rect width={(bucket.messages / most) * 100} height="1" />
                </svg>
                <span>{bucket.bucket.replaceAll('-', '–')}</span>
              </th>
              <td class="number">{count(bucket.messages)}</td>
              <td class="number">{bucket.messages === 0 ? '' : bytes(bucket.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
