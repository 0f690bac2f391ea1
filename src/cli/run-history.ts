import { parseHistoryQuestion } from '../api/history-question.ts';
import { formatBytes } from '../api/statement.ts';
import { type Lifetime, lifetimesOf } from '../model/history.ts';
import { type Key, keyText } from '../model/key.ts';
import { createHistoryReader } from '../wiring/read-history.ts';
import type { LocalOption } from './command-options.ts';
import { accountSettingsOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import { type OutputOption, printEach } from './output/print.ts';
import { quote } from './output/table.ts';

export interface HistoryOptions extends LocalOption, OutputOption {
  /** Only keys that the backup has no more. */
  readonly deleted?: boolean;
}

/** Prints what the backup keeps of a key, or of all keys below a prefix. Resolves with the exit status. */
export async function runHistory(text: string, options: HistoryOptions): Promise<number> {
  const question = parseHistoryQuestion(text);
  const read = createHistoryReader(await accountSettingsOf(options));
  let printed = 0;
  async function* lines(): AsyncIterable<string> {
    for await (const { path, ...kept } of read(question)) {
      const lifetimes = lifetimesOf(kept).toReversed();
      if (lifetimes.length === 0 || (options.deleted === true && lifetimes[0]?.to === undefined)) continue;
      printed++;
      const key = { container: question.container, path };
      yield* options.output === 'json'
        ? lifetimes.map((each) => toJson(key, each))
        : describeKey(key, lifetimes);
    }
  }
  await printEach(lines(), options.output);
  return printed === 0 ? EXIT.nothing : EXIT.done;
}

function describeKey(key: Key, lifetimes: readonly Lifetime[]): readonly string[] {
  return [
    quote(keyText(key)),
    ...lifetimes.map(
      ({ version, from, to, why }) =>
        `  ${shownTime(from)}  ${(to instanceof Date ? shownTime(to) : (to ?? 'now')).padEnd(20)}  ${WHY[why ?? 'none'].padEnd(11)}  ${formatBytes(version.size)}`,
    ),
  ];
}

const WHY: Readonly<Record<NonNullable<Lifetime['why']> | 'none', string>> = {
  overwritten: 'overwritten',
  'absent-at-source': 'deleted',
  replaced: 'replaced',
  none: '',
};

function shownTime(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}

function toJson(key: Key, { version, from, to, why }: Lifetime): string {
  const { id, etag, size, kind, isCurrent, isSoftDeleted } = version;
  return JSON.stringify({
    key: keyText(key),
    from: from.toISOString(),
    to: to instanceof Date ? to.toISOString() : (to ?? null),
    why: why ?? null,
    bytes: size,
    kind,
    etag,
    versionId: id,
    isCurrent,
    isSoftDeleted,
  });
}
