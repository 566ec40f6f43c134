import { readFileSync } from 'node:fs';
import { z } from 'zod';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as unknown;

/** Version of the generator, from package.json; it stands in every design. */
export const VERSION = z.object({ version: z.string() }).parse(manifest).version;
