// Prints "N passed, N failed" from vitest's JSON report, as the last line of .ci/run, and fails where vitest did.
//
//   node scripts/ci_summary.js <report.json> <exit code of vitest>

import { readFileSync } from 'node:fs';

const [reportPath, exitCode] = process.argv.slice(2);

/** Counts of a report. A test file that broke before its tests could run counts as one failure. */
function count(report) {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((result) => result.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numTotalTests - report.numPassedTests - report.numFailedTests,
  };
}

function read(path) {
  try {
    return count(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    console.error(`vitest left no report that can be read (${error.message}); the run counts as one failure`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const { passed, failed, skipped } = read(reportPath);
if (skipped > 0) console.log(`${skipped} skipped`);
if (exitCode !== '0' && failed === 0) console.log(`no test failed, but vitest ended with exit code ${exitCode}`);
if (passed === 0 && failed === 0) console.log('no test ran');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = exitCode === '0' && failed === 0 && passed > 0 ? 0 : 1;
