import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'the digest of a mirror leaves out the policy',
    path: 'src/wiring/mirror-id.ts',
    from: '    { deletes, tier, tags, acl, ...Object.fromEntries(chosen) },\n',
    to: '',
    near: ['test/wiring/setting-digests.test.ts'],
  },
  {
    name: 'the digest of a mirror leaves out the scope',
    path: 'src/wiring/mirror-id.ts',
    from: '    { containers, paths, patterns, names },\n',
    to: '',
    near: ['test/wiring/setting-digests.test.ts'],
  },
  {
    name: 'the digest of a mirror changes with a setting that a release added',
    path: 'src/wiring/mirror-id.ts',
    from: 'value !== ADDED[name as keyof typeof ADDED]',
    to: 'value !== undefined',
    near: ['test/identity/former-release.test.ts'],
    test: 'what the release before has left is of settings that are told by the same digest, whatever a release has added to them',
  },
  {
    name: 'the digest of a mirror leaves out settings that a release added',
    path: 'src/wiring/mirror-id.ts',
    from: ', ...Object.fromEntries(chosen) }',
    to: ' }',
    near: ['test/wiring/setting-digests.test.ts'],
  },
  {
    name: 'the digest of a mirror leaves out the map of container names',
    path: 'src/wiring/mirror-id.ts',
    from: 'each instanceof Map ? [...each.entries()] : each',
    to: 'each',
    near: ['test/wiring/setting-digests.test.ts'],
  },
];

export default faults;
