// Writes the committed sample design anew. Run by `npm run generate:sample` after a change to the templates.
import { buildSample, SAMPLE_DIR } from './lib/sample.ts';

buildSample(SAMPLE_DIR);
console.log('generated/sample written');
