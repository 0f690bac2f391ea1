const PARENT_EVERY_MS = 250;

/**
 * Resolves when the process is asked to stop: by SIGINT or SIGTERM, by the message `stop` of its parent
 * process (Windows has no signal for that), or by the end of the shell between it and npm. A process with a
 * channel to its parent ends at once when the parent is gone: its work is not needed any more, and its
 * messages are delivered again.
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

/** On Windows, closing the console is SIGHUP, and some parent processes send Ctrl-Break (SIGBREAK). */
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
