// Writes the example and the tables of fields into docs/program.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { programDoc } from './lib/program_doc.ts';

const path = new URL('../docs/program.md', import.meta.url);
writeFileSync(path, programDoc(readFileSync(path, 'utf8')));
