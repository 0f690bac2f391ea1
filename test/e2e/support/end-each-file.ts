/** Vitest runs this before each file, and imports everything else once for all files of a process. */
import { endAfterTests } from './end-of-file.ts';

endAfterTests();
