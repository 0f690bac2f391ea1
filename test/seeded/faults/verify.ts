import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'a missing blob is no difference',
    path: 'src/verify/compare-key.ts',
    from: "if (backup === undefined) return behindBy({ difference: 'missing-on-backup' });",
    to: "if (backup === undefined) return { kind: 'kept' };",
    near: ['test/verify/verify.test.ts'],
  },
  {
    name: 'a blob that only the backup has is no difference',
    path: 'src/verify/compare-key.ts',
    from: "if (policy.deletes === 'keep') return { kind: 'kept' };",
    to: "return { kind: 'kept' };",
    near: ['test/verify/verify.test.ts'],
  },
  {
    name: 'content that moved is a difference',
    path: 'src/verify/compare-key.ts',
    from: "if (content === 'moved') return { kind: 'moving' };",
    to: '',
    near: ['test/verify/moving-source.test.ts'],
  },
  {
    name: 'only the first range of content is compared',
    path: 'src/verify/compare-content.ts',
    from: 'offset += RANGE_SIZE)',
    to: 'offset += source.size)',
    near: ['test/verify/corruptions.test.ts'],
  },
  {
    name: 'a difference in tier is not told',
    path: 'src/verify/compare-attributes.ts',
    from: 'if (wanted === undefined || isOnTier(backup, wanted)) return [];',
    to: 'if (wanted !== undefined) return [];',
    near: ['test/verify/corruptions.test.ts'],
  },
  {
    name: 'names of metadata that only the backup has are not told',
    path: 'src/verify/compare-attributes.ts',
    from: '[...new Set([...ours.keys(), ...theirs.keys()])]',
    to: '[...ours.keys()]',
    near: ['test/verify/corruptions.test.ts'],
  },
  {
    name: 'an MD5 that the backup lacks is not told',
    path: 'src/verify/compare-attributes.ts',
    from: 'source.contentMd5 === undefined\n',
    to: 'source.contentMd5 === undefined || backup.contentMd5 === undefined\n',
    near: ['test/verify/corruptions.test.ts'],
  },
  {
    name: 'a blob without a stamp is no difference',
    path: 'src/verify/compare-attributes.ts',
    from: "hasRoom ? [{ difference: 'stamp-missing', source: etag }] : []",
    to: '[]',
    near: ['test/verify/corruptions.test.ts'],
  },
  {
    name: 'a change that the mirror is about to follow is a difference',
    path: 'src/verify/examine.ts',
    from: '(behind === false || rested >= task.settleMs)',
    to: '(behind === false || rested >= 0)',
    near: ['test/verify/moving-source.test.ts'],
  },
  {
    name: 'a container with public access is no difference',
    path: 'src/verify/verify-container.ts',
    from: "access === 'none' ? [] :",
    to: "access !== 'none' ? [] :",
    near: ['test/verify/moving-source.test.ts'],
  },
  {
    name: 'the blobs of a container that the backup lacks are not compared',
    path: 'src/verify/verify.ts',
    from: 'if (onSource) await verifyBlobs',
    to: 'if (onSource && onBackup) await verifyBlobs',
    near: ['test/verify/corruptions.test.ts'],
  },
  {
    name: 'the error of a listing is swallowed',
    path: 'src/verify/verify.ts',
    from: '    fail(error);\n  } finally',
    to: '    failed.abort();\n  } finally',
    near: ['test/verify/verify.test.ts'],
  },
];

export default faults;
