export interface ProgressLine {
  /** Takes the line away, so that another may be printed; it comes back by itself. */
  clear(): void;
  stop(): void;
  /** Since it was started. */
  seconds(): number;
}

const EVERY_MS = 250;
const CLEAR = '\r\u001B[K';

/** One line on the terminal's standard error that is written anew as things go on; nothing where there is no terminal. */
export function startProgressLine(describe: () => string): ProgressLine {
  const started = performance.now();
  const isShown = process.stderr.isTTY;
  const clear = (): void => {
    if (isShown) process.stderr.write(CLEAR);
  };
  const timer = isShown ? setInterval(() => process.stderr.write(CLEAR + describe()), EVERY_MS) : undefined;
  return {
    clear,
    stop: () => {
      clearInterval(timer);
      clear();
    },
    seconds: () => (performance.now() - started) / 1000,
  };
}
