/** Words for each reason why there is no GPU, and the steps to take. */
import type { NoGpuCause } from '../../gpu/browser';
import styles from './GpuSteps.module.css';

interface Advice {
  /** Reason, after "WebGPU unavailable:". */
  readonly why: string;
  readonly steps: readonly string[];
}

export const GPU_ADVICE: Readonly<Record<NoGpuCause, Advice>> = {
  insecure: {
    why: 'this page is not secure',
    steps: ['Open the page over https, or on localhost: browsers offer WebGPU to secure pages only.'],
  },
  unsupported: {
    why: 'this browser has no WebGPU',
    steps: [
      'Use a current Chrome or Edge.',
      'On Windows or macOS, a current Firefox works too; on Apple devices, Safari 26.',
      'Turn off a private or lockdown mode, which may hide WebGPU.',
    ],
  },
  'no-adapter': {
    why: 'your browser found no usable GPU',
    steps: [
      'Turn on hardware acceleration in the settings of the browser, and restart it.',
      'Update the GPU driver.',
      'On Linux, start Chrome with --enable-features=Vulkan --enable-unsafe-webgpu.',
    ],
  },
  'request-failed': {
    why: 'the browser failed to look for a GPU',
    steps: [
      'Reload the page.',
      'Restart the browser: its GPU process may have ended.',
      'If your organization manages this browser, ask whether a policy turns WebGPU off.',
    ],
  },
  refused: {
    why: 'the driver refused a device',
    steps: ['Close other pages and programs that use the GPU, then train again.', 'Restart the browser.'],
  },
  lost: {
    why: 'the GPU was reset',
    steps: [
      'Reload the page: a GPU is often reset after sleep or a driver update.',
      'If it happens again, train a smaller model: a GPU that is busy for too long is reset.',
    ],
  },
};

interface StepsProps {
  readonly cause: NoGpuCause;
  /** Words of the browser, for a search or a report. */
  readonly reported?: string;
  readonly open?: boolean;
}

/** Steps to take, which open by a press. */
export function GpuSteps({ cause, reported, open = false }: StepsProps) {
  return (
    <details className={styles.steps} open={open}>
      <summary>What to do</summary>
      <ol>
        {GPU_ADVICE[cause].steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {reported && <p>The browser reports: {reported}.</p>}
    </details>
  );
}
