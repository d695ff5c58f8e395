/** `data`: problems with teacher traces. `verify`: verdicts on completions. Both print one JSON object per line. */
import { z } from 'zod';
import { browsedStream } from '../../lab/recipe/browse';
import { quote } from '../../quote';
import { type Judge, judgeNamed } from '../../tasks';
import { OWN } from '../../tasks/own';
import { verdictText } from '../../tasks/verdicts';
import { parseCompletion } from '../../text/completion';
import { printTrained } from '../asTrained';
import { command, type Given, type Options } from '../command';
import { TASK } from '../evaluation';
import { InputError, input, jsonLines, numeric, parseWith, SEED } from '../input';
import { print } from '../output';
import { OWN_OPTIONS, readOwn, taskFrom } from '../own';

const { required: _, ...OPTIONAL_TASK } = TASK;

const dataOptions = {
  task: OPTIONAL_TASK,
  level: { type: 'string', value: 'N', help: 'level of the task (default: the default of the task)' },
  n: { type: 'number', short: 'n', min: 1, max: 1e6, whole: true, initial: 10, help: 'number of problems' },
  seed: { type: 'number', ...SEED, initial: 0, help: 'the same seed gives the same problems' },
  'as-trained': {
    type: 'string',
    value: 'RUN',
    help: 'prints the batch that an SFT step of this run folder trained on, in place of a task',
  },
  step: { type: 'number', min: 1, max: 1e9, whole: true, help: 'SFT step, from 1, for --as-trained' },
  ...OWN_OPTIONS,
} as const satisfies Options;

async function printProblems(given: Given<typeof dataOptions>): Promise<void> {
  const { 'as-trained': run, step } = given;
  if (run !== undefined) {
    if (given.task !== undefined) throw new InputError('--task and --as-trained exclude each other; give one of them');
    if (step === undefined) throw new InputError('--step is missing; --as-trained needs an SFT step, such as --step 1');
    return printTrained(run, step);
  }
  if (step !== undefined) throw new InputError('--step needs --as-trained RUN; leave it out for problems of a task');
  if (!given.task) throw new InputError('--task is missing; npm run lab -- data --help');
  const task = taskFrom(given.task, given);
  const { min, max, initial } = task.level;
  const level = numeric(given.level, 'level', initial, { min, max, whole: true });
  const stream = browsedStream(task, level, given.seed);
  for (let i = 0; i < given.n; i++) {
    const problem = input(() => task.generate(stream, level));
    print(JSON.stringify({ ...problem, traces: task.traces(problem) }));
  }
}

const line = z.object({ problem: z.unknown(), completion: z.string() });
const named = z.object({ prompt: z.string() });

const verifyOptions = {
  task: TASK,
  in: {
    type: 'string',
    value: 'FILE',
    required: true,
    help: 'JSON lines with problem and completion, as data prints them',
  },
  ...OWN_OPTIONS,
} as const satisfies Options;

function printVerdicts(given: Given<typeof verifyOptions>): void {
  const name = given.task;
  const own = readOwn(given);
  // without --data, the lines of own problems carry their answers
  const judge: Judge = name === OWN && !own ? judgeNamed(OWN)! : taskFrom(name, given);
  const known = new Map(own?.problems.map((problem) => [problem.prompt, problem]));
  /** Problem of a line. With --data the line only names the prompt; the answer is that of the file. */
  const full = (problem: unknown, where: string): unknown => {
    if (!own) return problem;
    const { prompt } = parseWith(named, problem, `${where}: problem`);
    const found = known.get(prompt);
    if (!found)
      throw new InputError(
        `${where}: problem: ${given.data} has no prompt ${quote(prompt)}; use a prompt of that file`,
      );
    return { ...found, match: own.match, tolerance: own.tolerance };
  };
  const verdicts = jsonLines(given.in).map(({ json, where }) => {
    const { problem, completion } = parseWith(line, json, where);
    const checked = parseWith(judge.problemSchema, full(problem, where), `${where}: problem`);
    return judge.verify(checked, parseCompletion(completion).answer);
  });
  for (const { correct, partial, reason, measures } of verdicts)
    print(JSON.stringify({ correct, partial, reason: verdictText(judge, reason), ...reason, measures }));
}

export const data = command({
  name: 'data',
  summary: 'Prints problems with teacher traces, one JSON object per line',
  examples: [
    'data --task addition --level 2 -n 3 --seed 1',
    'data --task own --data mine.jsonl',
    'data --as-trained runs/a --step 12',
  ],
  notes: [
    'With `--as-trained` a line is `{"prompt","completion","ids","mask"}`: one sequence of the batch, where mask 1 marks the targets of the loss. The batch is drawn again from the recipe; a run that goes on or has stopped will do. The journal holds the problems and ids of GRPO steps.',
  ],
  options: dataOptions,
  run: printProblems,
});

export const verify = command({
  name: 'verify',
  summary: 'Judges completions against their problems, one JSON object per line',
  examples: ['verify --task parity --in completions.jsonl'],
  notes: [
    'Input lines are `{"problem","completion"}`; output lines are `{"correct","partial","reason"}`, with `measures` if the task has some. Problems and verdicts of each task: [docs/tasks.md](tasks.md).',
  ],
  options: verifyOptions,
  run: printVerdicts,
});
