/** Writes the generated part of docs/cli.md. Usage: npm run docs */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../src/cli/commands';
import { withCommands } from '../src/cli/docs';

const page = path.resolve(import.meta.dirname, '../docs/cli.md');
writeFileSync(page, withCommands(readFileSync(page, 'utf8'), commands));
