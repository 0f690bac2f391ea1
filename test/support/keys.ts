import { type Key, parseKey } from '../../src/model/key.js';

export const KEY: Key = parseKey('photos', 'cat.jpg');
