import { toPrintable } from '../../model/printable.ts';

/** Nobody should wait longer without a word, whatever hangs. */
const FIRST_WORD_MS = 2000;
/** After the command has printed something itself: its own lines of progress are at most five seconds apart. */
const NEXT_WORD_MS = 10_000;
/** Reminders become rarer up to this. */
const RAREST_MS = 60_000;
const LOOK_EVERY_MS = 250;

/** What a command says when its time is over. */
interface TimeoutWords {
  /** What it waits for, where that is no account. */
  readonly waits?: string;
  readonly hint: string;
}

/** What the process has said so far. There is one command in a process. */
const said = {
  at: 0,
  /** Something other than a reminder. */
  isOwn: false,
  waitsFor: [] as readonly string[],
  progress: undefined as (() => string) | undefined,
  lastWords: undefined as (() => Promise<void>) | undefined,
  timeout: undefined as (() => TimeoutWords) | undefined,
};

/** Every output calls it. */
export function spoke(): void {
  said.at = performance.now();
  said.isOwn = true;
}

/** The accounts and the namespace that the command asks. */
export function waitFor(names: readonly string[]): void {
  said.waitsFor = names;
}

/** What a reminder says in the place of whom the command waits for. Undefined: nothing better. */
export function remindOf(progress: (() => string) | undefined): void {
  said.progress = progress;
}

/** @param seconds since the start @param isFirst whether nothing was said before */
type Say = (what: string, seconds: number, isFirst: boolean) => void;

const sayToPeople: Say = (what, seconds, isFirst) => {
  const how = isFirst ? '; Ctrl-C ends the command, --timeout SECONDS limits it' : '';
  process.stderr.write(`${toPrintable(`${what}, ${seconds} s so far${how}`)}\n`);
};

/** What a command prints when its time is over: what it has found so far. */
export function atTimeout(print: () => Promise<void>): void {
  said.lastWords = print;
}

/** What the error of the time limit says in the place of its general words. */
export function explainTimeout(explain: () => TimeoutWords): void {
  said.timeout = explain;
}

/** `waits`: what the command waits for; `hint`: where the command has one of its own. */
export function timeoutWords(): { readonly waits: string; readonly hint?: string } {
  return { waits: describeWait(), ...said.timeout?.() };
}

export async function sayLastWords(): Promise<void> {
  await said.lastWords?.();
}

/** Says what the process waits for while it prints nothing. Call the result to end that. */
export function startReminders(say: Say = sayToPeople): () => void {
  const started = performance.now();
  said.at = started;
  said.isOwn = false;
  said.lastWords = undefined;
  said.timeout = undefined;
  let quietMs = FIRST_WORD_MS;
  let isFirst = true;
  const timer = setInterval(() => {
    const now = performance.now();
    if (said.isOwn) quietMs = Math.max(quietMs, NEXT_WORD_MS);
    if (now - said.at < quietMs) return;
    say(said.progress?.() ?? describeWait(), Math.round((now - started) / 1000), isFirst);
    said.at = now;
    isFirst = false;
    quietMs = Math.min(quietMs * 2, RAREST_MS);
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** `waiting for photos, photosbackup and mirror.servicebus.windows.net` */
function describeWait(): string {
  const names = [...new Set(said.waitsFor)];
  if (names.length === 0) return 'at work';
  const [last = '', ...others] = names.toReversed();
  return `waiting for ${others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`}`;
}
