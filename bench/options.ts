/** The benchmark's arguments. Pure: main.ts acts on them. */
import { parseArgs } from 'node:util';
import { type WhoName, whoNames } from './peers/peer';

export const adapterNames = ['default', 'bundled'] as const;

export interface Options {
  /** `default` is what the lab opens: the machine's driver, else the bundled SwiftShader. */
  readonly adapter: (typeof adapterNames)[number];
  /** File for the report; null for none. */
  readonly json: string | null;
  /** A report to print instead of measuring. */
  readonly from: string | null;
  /** Works whose name it matches. */
  readonly only: RegExp;
  readonly who: readonly WhoName[];
  /** Seconds of timed calls for each peer at each work. */
  readonly budget: number;
  readonly markdown: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run bench -- [options]
  --adapter NAME   ${adapterNames.join(' or ')} (default: default)
  --only PATTERN   works whose name matches the regular expression, such as train, "^matmul/512$", "rollout/nano"
  --who NAMES      peers, separated by commas, of ${whoNames.join(', ')} (all)
  --budget S       seconds of timed calls per peer and work (2); a call is never interrupted
  --json FILE      also writes the report
  --from FILE      prints an earlier report and measures nothing
  --markdown       prints the table of docs/bench.md`;

/** Reads the arguments. @throws naming the wrong one */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      adapter: { type: 'string', default: 'default' },
      json: { type: 'string' },
      from: { type: 'string' },
      only: { type: 'string', default: '' },
      who: { type: 'string', default: whoNames.join(',') },
      budget: { type: 'string', default: '2' },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const adapter = adapterNames.find((name) => name === values.adapter);
  if (!adapter) throw new Error(`--adapter: ${values.adapter} is unknown; use one of ${adapterNames.join(', ')}`);
  const who = values.who.split(',').map((given) => {
    const name = whoNames.find((candidate) => candidate === given);
    if (!name) throw new Error(`--who: ${given} is unknown; use ${whoNames.join(', ')}`);
    return name;
  });
  const budget = Number(values.budget);
  if (!(budget > 0))
    throw new Error(`--budget: ${values.budget} is not a positive number of seconds; use for example 2`);
  return {
    adapter,
    json: values.json ?? null,
    from: values.from ?? null,
    only: patternOf(values.only),
    who,
    budget,
    markdown: values.markdown,
    help: values.help,
  };
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new Error(`--only: ${(error as Error).message}`);
  }
}
