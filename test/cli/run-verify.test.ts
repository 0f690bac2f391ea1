import { describe, expect, it } from 'vitest';
import { createVerificationCounts } from '../../src/wiring/verify-accounts.ts';
import { createFindingsPrinter, describeSummary, exitStatusOf } from '../../src/cli/run-verify.ts';
import { parseKey } from '../../src/model/key.ts';

function printed(format: 'table' | 'json', path = 'a/cat.jpg'): string[] {
  const lines: string[] = [];
  const print = createFindingsPrinter(format, (line) => lines.push(line));
  const key = parseKey('photos', path);
  print.difference(key, { difference: 'metadata', name: 'Colour', source: 'red' });
  print.difference({ container: key.container }, { difference: 'container-missing' });
  print.stillMoving(key);
  return lines;
}

describe('what verify prints', () => {
  it('is a line of JSON for each finding', () => {
    const lines = printed('json');
    expect(lines.every((line) => line.endsWith('}\n'))).toBe(true);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        finding: 'difference',
        container: 'photos',
        path: 'a/cat.jpg',
        difference: 'metadata',
        name: 'Colour',
        source: 'red',
      },
      { finding: 'difference', container: 'photos', difference: 'container-missing' },
      { finding: 'still-moving', container: 'photos', path: 'a/cat.jpg' },
    ]);
  });

  it('is a table for people', () => {
    expect(printed('table')).toEqual([
      'metadata              photos/a/cat.jpg  Colour  red -> (none)\n',
      'container-missing     photos\n',
      'still-moving          photos/a/cat.jpg\n',
    ]);
  });

  it('escapes control characters of a name', () => {
    const [line = ''] = printed('table', 'a\u001B[2Jb\nc');
    expect(line).toContain(JSON.stringify('photos/a\u001B[2Jb\nc'));
    expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
  });

  it('does not end well where nothing was compared, or not all of it', () => {
    const counts = { ...createVerificationCounts(), containers: 2 };
    expect(exitStatusOf(counts)).toBe(7);
    expect(describeSummary(counts, 1)).toBe(
      'nothing was compared: no blob and no directory is in the scope of the settings, --container and --prefix\n',
    );
    expect(describeSummary(counts, 1, 'interrupted')).toBe(
      'nothing was compared before it was interrupted\n',
    );
    expect(describeSummary({ ...counts, blobs: 3, replicas: 3 }, 1)).toBe(
      'nothing was compared\n3 blobs of the source left out: copied there from the backup account\n',
    );
    expect(exitStatusOf({ ...counts, blobs: 3, replicas: 3 })).toBe(7);
    expect(exitStatusOf({ ...counts, kept: 1 })).toBe(0);
    expect(exitStatusOf({ ...counts, blobs: 3 })).toBe(0);
    expect(exitStatusOf({ ...counts, blobs: 3, stillMoving: 1 })).toBe(4);
    expect(exitStatusOf({ ...counts, blobs: 3, stillMoving: 1, differences: 1 })).toBe(3);
    expect(describeSummary({ ...counts, blobs: 3 }, 1)).not.toContain('nothing was compared');
  });

  it('sums up what was compared and what was found', () => {
    const counts = { ...createVerificationCounts(), blobs: 1200, containers: 1 };
    expect(describeSummary(counts, 2)).toBe('1,200 blobs in 1 container compared in 2.0 s: no difference\n');
    const unproven = describeSummary({ ...counts, contentUnproven: 2, kept: 1 }, 2);
    expect(unproven).toContain('\nthe content of 2 blobs was not compared: no MD5 on both sides');
    expect(unproven).toContain('\n1 blob gone from the source and kept');
    expect(describeSummary({ ...counts, directories: 1 }, 2)).toMatch(
      /^1,200 blobs and 1 directory in 1 container/,
    );
    expect(
      describeSummary({ ...counts, differences: 3, differing: 2, stillMoving: 1 }, 2, 'interrupted'),
    ).toBe(
      '1,200 blobs in 1 container compared in 2.0 s before it was interrupted: 3 differences in 2 places\n' +
        '1 blob kept changing and could not be compared\n',
    );
  });
});
