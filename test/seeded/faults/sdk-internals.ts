import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'the check of the SDKs says that it was made when it failed',
    path: 'src/sdk-internals/check-sdk.ts',
    from: '  refuseOtherSdk(INSTALLED_VERSIONS, DEFECTS);\n  isChecked = true;',
    to: '  isChecked = true;\n  refuseOtherSdk(INSTALLED_VERSIONS, DEFECTS);',
    near: ['test/sdk-internals/check-sdk.test.ts'],
    isSpare: true,
  },
];

export default faults;
