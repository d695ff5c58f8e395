/** Encodes runs into submits of one WebGPU device, cut where the time budget of a submit is used up (budget.ts). */
import type { SubmitBudget } from './budget';
import type { Counters } from './counters';
import type { Run } from './device';
import type { Sequences, WebGpuSequence } from './webgpuSequence';

export class Submitter {
  constructor(
    private readonly device: GPUDevice,
    private readonly counters: Counters,
    private readonly sequences: Sequences,
    private readonly budget: SubmitBudget,
  ) {}

  /** Submits what the encoder holds. */
  hand(encoder: GPUCommandEncoder): void {
    this.device.queue.submit([encoder.finish()]);
    this.counters.submits++;
  }

  /** Submits the runs. @param finish encodes what follows them in the last submit */
  submit(runs: readonly Run[], finish: (encoder: GPUCommandEncoder) => void = () => {}): void {
    const distinct = new Set(runs.map((run) => run.sequence));
    if (distinct.size < runs.length)
      throw new Error('one submit holds a sequence twice, but its runs share uniforms; use repeat, or two submits');
    let encoder = this.device.createCommandEncoder();
    let pass = encoder.beginComputePass();
    let spent = 0;
    for (const { sequence, dynamics = {}, repeat = 1 } of runs) {
      const ready = sequence as WebGpuSequence;
      this.sequences.update(ready, dynamics);
      const groups = ready.workgroups.map(([x, y, z]) => x * y * z);
      const costs = groups.map((count) => (count === 0 ? 0 : this.budget.costOf(sequence, count)));
      const total = groups.reduce((sum, count) => sum + count, 0);
      this.budget.submitted(sequence, repeat * total, performance.now());
      for (let time = 0; time < repeat; time++)
        for (let i = 0; i < ready.dispatches.length; i++) {
          const cost = costs[i] as number;
          if (spent > 0 && spent + cost > this.budget.milliseconds) {
            pass.end();
            this.hand(encoder);
            encoder = this.device.createCommandEncoder();
            pass = encoder.beginComputePass();
            spent = 0;
          }
          this.sequences.encodeDispatch(pass, ready, i);
          spent += cost;
        }
    }
    pass.end();
    finish(encoder);
    this.hand(encoder);
  }
}
