/** What computes here; and where there is no WebGPU: why, and what to do. */

import type { NoGpuCause } from '../gpu/browser';
import { listed } from '../quote';
import { useLab } from './hooks';
import { Notice } from './Notice';

const ADVICE: Readonly<Record<NoGpuCause, string>> = {
  insecure: 'Open the page over https, or on localhost: browsers offer WebGPU to secure pages alone.',
  unsupported: 'Use a current Chrome, Edge, Safari 26 or Firefox 141 on Windows; older versions have no WebGPU.',
  'no-adapter':
    'The browser knows WebGPU but blocks or lacks a driver. Turn on hardware acceleration in its settings, update the GPU driver, or on Linux start Chrome with --enable-features=Vulkan --enable-unsafe-webgpu.',
  refused: 'The driver refused a device. Close other pages that use the GPU, or restart the browser.',
  lost: 'The GPU was reset, often after sleep or a driver update. Reload the page.',
};

export function AdapterBadge() {
  const adapter = useLab((state) => state.adapter);
  const start = useLab((state) => state.run.start);
  const live = useLab((state) => state.source === 'live');
  if (live && start) return <span className="badge on">{start.adapter}</span>;
  switch (adapter.kind) {
    case 'checking':
      return <span className="badge">looking for a GPU</span>;
    case 'webgpu':
      return <span className="badge on">{adapter.name}</span>;
    case 'none':
      return <span className="badge off">{adapter.cause === 'worker' ? 'no training here' : 'no WebGPU here'}</span>;
    default:
      return adapter satisfies never;
  }
}

export function NoGpuBanner() {
  const adapter = useLab((state) => state.adapter);
  if (adapter.kind !== 'none') return null;
  if (adapter.cause === 'worker')
    return (
      <Notice kind="warning" shape="banner">
        <b>Training does not work here: {adapter.message}.</b> Everything below works on the recording.
      </Notice>
    );
  return (
    <Notice kind="note" shape="banner">
      <b>No WebGPU here: {adapter.message}.</b> {ADVICE[adapter.cause]} Everything below works on the recording, and
      small models train on the CPU.
    </Notice>
  );
}

export function FailureBanner() {
  const error = useLab((state) => state.error);
  const live = useLab((state) => state.source === 'live');
  if (error === null) return null;
  return (
    <Notice kind="error" shape="banner">
      <b>{live ? 'The run ended with an error.' : 'The recording cannot be read.'}</b> {error.message}.{' '}
      {error.cause && ADVICE[error.cause]}
    </Notice>
  );
}

/** What the address asked for and there is not. */
export function LinkBanner() {
  const faults = useLab((state) => state.linkFaults);
  if (faults.length === 0) return null;
  return (
    <Notice kind="warning" shape="banner">
      <b>This link asks for something that is not here.</b> {listed(faults.map((fault) => `${fault}.`))} You see the
      nearest that there is.
    </Notice>
  );
}
