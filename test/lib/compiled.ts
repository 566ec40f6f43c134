import { fileURLToPath } from 'node:url';

/** Folder of the compiled package, as `compile_once.ts` makes it before the first test. */
export const COMPILED = fileURLToPath(new URL('../../build/compiled', import.meta.url));

/** The command line as an installed package has it. From the sources every start costs three seconds of processor time more. */
export const COMPILED_BIN = `${COMPILED}/bin/esegen.js`;
