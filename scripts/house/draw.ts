/** Writes the picture and the table of rooms into docs/architecture.md. */
import { writeFileSync } from 'node:fs';
import { drawInto, PAGE } from './draw-house.ts';
import { absolute, readText } from './read-house.ts';

writeFileSync(absolute(PAGE), await drawInto(readText(PAGE)));
