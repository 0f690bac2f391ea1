import { type Key, parseKey } from '../../src/model/key.ts';

export const KEY: Key = parseKey('photos', 'cat.jpg');
