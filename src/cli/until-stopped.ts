const PARENT_EVERY_MS = 250;

/**
 * Resolves when the process is asked to stop: by SIGINT or SIGTERM, by the message `stop` of the process that started it
 * (Windows has no signal that asks), or by the end of the shell between it and npm. A process with a channel to the one
 * that started it ends at once when that one is gone: what it was working for is gone too, and its messages come again.
 */
export async function untilStopped(): Promise<void> {
  process.once('disconnect', () => process.exit());
  await new Promise<void>((resolve) => {
    process.on('message', (message) => {
      if (message === 'stop') resolve();
    });
    for (const signal of SIGNALS) process.on(signal, () => resolve());
    if (process.env['npm_lifecycle_event'] === 'start') watchParent(resolve);
    // The channel must not keep the process alive.
    process.channel?.unref();
  });
}

/** On Windows a closed console is a SIGHUP, and Ctrl-Break is asked for by some that start others. */
const SIGNALS: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGTERM',
  ...(process.platform === 'win32' ? (['SIGHUP', 'SIGBREAK'] as const) : []),
];

/** Under `npm start`: npm sends a signal to its script shell alone, and one that does not pass it on is gone then. */
function watchParent(onGone: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, PARENT_EVERY_MS);
  timer.unref();
}
