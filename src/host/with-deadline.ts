import { settledOrAborted } from './settled-or-aborted.ts';

/** Runs an action that is told its deadline, `ms` from now, and is not waited for any longer than that. Never rejects. */
export async function withDeadline(
  ms: number,
  action: (deadline: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), ms);
  await settledOrAborted(action(deadline.signal), deadline.signal);
  clearTimeout(timer);
}
