import { spoilPorts } from './mutant.ts';

/** Against invariant 6: an equal declared MD5 is taken for equal content, and the stamp alone is renewed. */
export const trustsDeclaredMd5 = spoilPorts(({ policy }) => ({
  policy: { ...policy, declaredMd5: 'trust' },
}));
