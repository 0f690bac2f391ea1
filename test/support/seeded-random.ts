/** Random numbers that are the same for the same seed. Not for secrets. */
export interface SeededRandom {
  /** From 0, below 1. */
  share(): number;
  /** The same items in an order of its own. */
  shuffle<Item>(items: readonly Item[]): Item[];
}

/** A counter that moves by the golden ratio, its bits then stirred until no pattern is left (the splitmix family). */
export function createSeededRandom(seed: number): SeededRandom {
  let counter = seed | 0;
  const share = () => {
    counter = (counter + 0x9e37_79b9) | 0;
    let bits = counter ^ (counter >>> 16);
    bits = Math.imul(bits, 0x21f0_aaad);
    bits ^= bits >>> 15;
    bits = Math.imul(bits, 0x735a_2d97);
    bits ^= bits >>> 15;
    return (bits >>> 0) / 2 ** 32;
  };
  return {
    share,
    shuffle: (items) =>
      items
        .map((item) => ({ item, rank: share() }))
        .toSorted((one, other) => one.rank - other.rank)
        .map(({ item }) => item),
  };
}
