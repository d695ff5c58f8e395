/** Progress on standard error: one line per stage with step, metrics and ETA, rewritten in place on a terminal. */
import type { Counters } from '../gpu/counters';
import type { Recipe } from '../lab/recipe/recipe';
import { cutOffs } from '../lab/run/cutOff';
import type { EvaluationEvent, LabEvent } from '../lab/run/events';
import { groupsDrawn, meansOfAllGroups } from '../lab/run/groupMetrics';
import { policyAlertWords } from '../lab/run/policyAlert';
import { fallbackText } from '../lab/run/reasons';
import { excerpt } from '../quote';
import { clock, mebibytes } from '../units';

const fixed = (value: number | undefined, digits = 2) => (value ?? Number.NaN).toFixed(digits);
/** Duration of a GRPO step in SFT steps, as measured on software adapters. */
const GRPO_STEP_WEIGHT = 5;

/** Change of log-probability and gradient by f16, if the run uses it. */
const storageCost = ({ storage_logp_difference: cost, storage_gradient_difference: gradient }: EvaluationEvent) =>
  (cost ? `; f16 moves a log-probability by ${fixed(cost.mean, 4)}, at most ${fixed(cost.max, 4)}` : '') +
  (gradient ? `, and the gradient by ${fixed(100 * gradient.relative, 2)} % of its norm` : '');

export class Progress {
  private readonly began = performance.now();
  private line = '';
  /** True if the last step had an alert, which is printed once. */
  private alerted = false;
  private watching: NodeJS.Timeout | undefined;
  /** Steps before a continuation, which this process did not time. */
  private before = 0;

  constructor(
    private readonly recipe: Recipe,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {}

  /** Shows compiled kernels until the next event; compiling sends no events. */
  watch(counters: Readonly<Counters>): void {
    this.end();
    const show = () => this.rewrite(`compile … ${counters.pipelinesReady} of ${counters.pipelines} kernels`);
    if (this.out.isTTY) this.watching = setInterval(show, 250).unref();
  }

  /** Stops the updates by timer. */
  end(): void {
    clearInterval(this.watching);
  }

  /** Prints lines between the events. */
  note(...lines: readonly string[]): void {
    for (const line of lines) this.print(line);
  }

  show(event: LabEvent): void {
    this.end();
    switch (event.type) {
      case 'start':
        this.print(
          `${this.recipe.title}: ${event.parameters} parameters on ${event.adapter}, seed ${this.recipe.seed}`,
        );
        this.print(`needs about ${mebibytes(event.memory.estimated_bytes)} of device memory`);
        for (const line of cutOffs(this.recipe)) this.print(`note: ${line}`);
        return;
      case 'resume': {
        const { stage, step, adapter } = event;
        this.before = stage === 'sft' ? step : this.recipe.sft.steps + step * GRPO_STEP_WEIGHT;
        return this.print(`continues after ${stage.toUpperCase()} step ${step} on ${adapter}`);
      }
      case 'stage':
        return this.print(`${event.stage} …`);
      case 'sft': {
        const text = `SFT ${event.step}/${this.recipe.sft.steps}  loss ${fixed(event.loss, 4)}  ${this.eta(event.step)}`;
        return event.step % 50 === 0 || event.step === this.recipe.sft.steps ? this.print(text) : this.rewrite(text);
      }
      case 'grpo': {
        const { metrics, step, alert } = event;
        if (alert && !this.alerted) {
          const { title, detail } = policyAlertWords(alert);
          this.print(`warning: step ${step}: ${title}: ${detail}`);
        }
        this.alerted = alert !== undefined;
        const { reward, accuracy } = meansOfAllGroups(metrics);
        const groups = groupsDrawn(metrics);
        const drawn = groups ? ` of all ${groups.drawn} groups drawn, ${groups.kept} with spread` : '';
        const text =
          `GRPO ${step}/${this.recipe.grpo.steps}  reward ${fixed(reward)}  accuracy ${fixed(accuracy)}${drawn}  ` +
          `length ${fixed(metrics['completions/mean_length'], 1)}  KL ${fixed(metrics.kl, 3)}  ` +
          this.eta(this.recipe.sft.steps + step * GRPO_STEP_WEIGHT);
        return step % 5 === 0 || step === this.recipe.grpo.steps ? this.print(text) : this.rewrite(text);
      }
      case 'evaluation': {
        const accuracies = ({ greedy, sampled }: Pick<EvaluationEvent, 'greedy' | 'sampled'>) =>
          `greedy ${fixed(greedy.accuracy)} with ${fixed(greedy.meanLength, 1)} tokens, ` +
          `sampled ${fixed(sampled.accuracy)} with ${fixed(sampled.meanLength, 1)} tokens`;
        const when = event.stage === 'base' ? 'before SFT' : `after ${event.stage.toUpperCase()}`;
        this.print(`${when}: ${accuracies(event)}${storageCost(event)}`);
        for (const other of event.others ?? []) this.print(`  ${other.task} ${other.level}: ${accuracies(other)}`);
        return;
      }
      case 'curation': {
        const { pool, duplicates, contaminated, kept, select, fallback, step } = event;
        this.print(
          `curation${step > 0 ? ` after step ${step}` : ''}: ${pool} problems, ${duplicates} duplicates and ${contaminated} contaminated left out, ` +
            `${kept} kept (${select})`,
        );
        if (fallback) this.print(`  ${fallbackText(fallback)}`);
        return;
      }
      case 'apply': {
        const { stage, step, fields } = event;
        const shown = (value: unknown) => excerpt(JSON.stringify(value));
        this.print(`applied after ${stage.toUpperCase()} step ${step}:`);
        for (const [field, { from, to }] of Object.entries(fields))
          this.print(`  ${field}: ${shown(from)} → ${shown(to)}`);
        return;
      }
      case 'end':
        return this.print(`done in ${clock(event.summary.seconds)}`);
      default:
        return event satisfies never;
    }
  }

  private eta(done: number): string {
    const whole = this.recipe.sft.steps + this.recipe.grpo.steps * GRPO_STEP_WEIGHT;
    const elapsed = (performance.now() - this.began) / 1000;
    return `ETA ${clock((elapsed * (whole - done)) / Math.max(1, done - this.before))}`;
  }

  private print(text: string): void {
    this.rewrite(text);
    this.out.write(this.out.isTTY ? '\n' : `${text}\n`);
    this.line = '';
  }

  private rewrite(text: string): void {
    if (!this.out.isTTY) return;
    this.out.write(`\r${text.padEnd(this.line.length)}`);
    this.line = text;
  }
}
