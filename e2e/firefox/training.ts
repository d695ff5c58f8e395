/** A page that trains a recipe in the worker that the app trains in, and leaves the end of the run on `window`. */

import { recipeByName } from '../../src/lab/recipe/presets/index';
import type { Summary } from '../../src/lab/run/events';
import { LabClient } from '../../src/worker/client';

export interface TrainingReport {
  adapter: string;
  summary: Summary | null;
  seconds: number;
  error: string | null;
}

declare global {
  interface Window {
    training?: TrainingReport;
  }
}

function train(name: string): Promise<TrainingReport> {
  return new Promise((resolve, reject) => {
    const client = new LabClient(reject);
    const began = performance.now();
    let adapter = '';
    let summary: Summary | null = null;
    const end = (error: string | null) =>
      resolve({ adapter, summary, seconds: (performance.now() - began) / 1000, error });
    client
      .start(recipeByName(name), 'webgpu', (message) => {
        if (message.type === 'failed') end(message.message);
        if (message.type === 'stopped') end(null);
        if (message.type !== 'events') return;
        for (const event of message.events) {
          if (event.type === 'start') adapter = event.adapter;
          if (event.type === 'end') summary = event.summary;
        }
      })
      .catch(reject);
  });
}

window.training = await train(new URLSearchParams(location.search).get('recipe') ?? '').catch((error: unknown) => ({
  adapter: '',
  summary: null,
  seconds: 0,
  error: String(error),
}));
