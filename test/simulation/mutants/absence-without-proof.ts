import { spoilPorts } from './mutant.ts';

/** Against invariant 7: a source that cannot be read counts as a source without the blob. */
export const errorMeansAbsent = spoilPorts(({ source }) => ({
  source: {
    ...source,
    read: async (key) => {
      try {
        return await source.read(key);
      } catch {
        return { present: false, container: 'exists' };
      }
    },
  },
}));

/** Against invariant 7: a blob whose whole container is gone counts as deleted. */
export const missingContainerMeansAbsent = spoilPorts(({ source }) => ({
  source: {
    ...source,
    read: async (key) => {
      const reading = await source.read(key);
      return reading.present ? reading : { present: false, container: 'exists' };
    },
  },
}));
