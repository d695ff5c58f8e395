/**
 * Adds up vitest's JSON reports and prints "N passed, N failed". Exits with 1 if a test failed or was skipped, a
 * file could not be loaded, or a report is missing. Usage: ci-summary.mjs CHECKS_FAILED FOLDER
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [checksFailed, folder] = process.argv.slice(2);
let passed = 0;
let failed = Number(checksFailed);
const files = readdirSync(folder);
if (!files.includes('bundled.json')) {
  console.error('the suite left no report');
  failed++;
}
for (const file of files) {
  const report = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) console.error(`${file}: ${skipped} tests were skipped; every test has to run`);
  passed += report.numPassedTests;
  failed += report.numFailedTests + unloaded.length + skipped;
  if (!report.success && report.numFailedTests + unloaded.length === 0) failed++;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
