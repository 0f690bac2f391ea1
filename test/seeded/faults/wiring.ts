import type { Fault } from '../fault.ts';

const DIGEST = ['test/identity/former-release.test.ts'];

const faults: readonly Fault[] = [
  {
    name: 'the digest of a mirror leaves out the policy',
    path: 'src/wiring/mirror-id.ts',
    from: '    { deletes, tier, tags, acl, ...Object.fromEntries(chosen) },\n',
    to: '',
    near: DIGEST,
  },
  {
    name: 'the digest of a mirror leaves out the scope',
    path: 'src/wiring/mirror-id.ts',
    from: '    { containers, paths, patterns, names },\n',
    to: '',
    near: DIGEST,
  },
  {
    name: 'the digest of a mirror changes with a setting that a release added',
    path: 'src/wiring/mirror-id.ts',
    from: 'value !== ADDED[name as keyof typeof ADDED]',
    to: 'value !== undefined',
    near: DIGEST,
  },
];

export default faults;
