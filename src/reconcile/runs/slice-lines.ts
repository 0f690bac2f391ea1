import type { BlobPath } from '../../model/key.ts';
import type { ReportLine } from '../../model/reconcile/run.ts';
import type { DocumentStore, LineWriter } from '../../ports/document-store.ts';
import type { ForeignKey } from '../slice-context.ts';
import { linesName, type SliceName } from './document-names.ts';
import { extraLine } from './extras.ts';
import type { SliceLineNames } from './slice-outcome.ts';

/** Where one walk of a slice writes: names of its own, so that nobody else who walks it can write over them. */
export interface SliceLines {
  readonly report: (line: ReportLine) => Promise<void>;
  readonly extra: (path: BlobPath) => Promise<void>;
  readonly foreign: (key: ForeignKey) => Promise<void>;
  /** Makes the lines appear, and says where. */
  close(): Promise<SliceLineNames>;
  /** For a walk that does not count. */
  discard(): Promise<void>;
}

export function openSliceLines(documents: DocumentStore, shard: SliceName, walk: string): SliceLines {
  const names = {
    report: linesName(shard, walk, 'report'),
    extras: linesName(shard, walk, 'extras'),
    foreign: linesName(shard, walk, 'foreign'),
  };
  let report: LineWriter | undefined;
  let extras: LineWriter | undefined;
  let foreign: LineWriter | undefined;
  let count = 0;
  let reported = 0;

  return {
    report: async (line) => {
      report ??= documents.openLines(names.report);
      reported++;
      await report.write(JSON.stringify(line));
    },
    extra: async (path) => {
      extras ??= documents.openLines(names.extras);
      count++;
      await extras.write(extraLine(path));
    },
    foreign: async (key) => {
      foreign ??= documents.openLines(names.foreign);
      await foreign.write(JSON.stringify(key));
    },
    close: async () => {
      await report?.close();
      await extras?.close();
      await foreign?.close();
      return {
        report: report && names.report,
        reportCount: report && reported,
        extraLines: extras && names.extras,
        extraCount: count,
        foreignLines: foreign && names.foreign,
      };
    },
    discard: async () => {
      if (report !== undefined) await documents.remove(names.report);
      if (extras !== undefined) await documents.remove(names.extras);
      if (foreign !== undefined) await documents.remove(names.foreign);
    },
  };
}
