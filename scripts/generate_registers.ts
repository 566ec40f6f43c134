// Writes docs/registers.md from the description of the registers.

import { writeFileSync } from 'node:fs';
import { registersMarkdown } from '../src/control/registers_doc.ts';

writeFileSync(new URL('../docs/registers.md', import.meta.url), registersMarkdown());
