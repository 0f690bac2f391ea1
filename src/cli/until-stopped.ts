/**
 * Resolves when the process is asked to stop, by SIGINT or SIGTERM. A process that was started by another one ends at
 * once when that one is gone: what it was working for is gone too, and its messages come again.
 */
export async function untilStopped(): Promise<void> {
  process.once('disconnect', () => process.exit());
  // The channel alone is no reason to stay.
  process.channel?.unref();
  await new Promise<void>((resolve) => {
    process.on('SIGINT', () => resolve());
    process.on('SIGTERM', () => resolve());
  });
}
