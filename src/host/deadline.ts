/** Resolves when `promise` has settled, either way, or `signal` aborts, whichever comes first. Never rejects. */
export async function settledOrAborted(
  promise: Promise<unknown> | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (promise === undefined || signal.aborted) return;
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([promise.then(onAbort, onAbort), aborted]);
  signal.removeEventListener('abort', onAbort);
}

/** Runs an action with a deadline, `ms` from now, and waits no longer than that. Never rejects. */
export async function withDeadline(
  ms: number,
  action: (deadline: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), ms);
  await settledOrAborted(action(deadline.signal), deadline.signal);
  clearTimeout(timer);
}
