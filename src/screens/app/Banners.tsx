/** Banners above every screen: no WebGPU, a run that failed, a link that asks for something else, a new version. */
import type { NoGpuCause } from '../../gpu/browser';
import { listed } from '../../quote';
import { type LabState, openNewRun } from '../../store/lab';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { openNewVersion } from './updates';

const ADVICE: Readonly<Record<NoGpuCause, string>> = {
  insecure: 'Open the page over https, or on localhost: browsers offer WebGPU to secure pages only.',
  unsupported: 'Use a current Chrome, Edge, Safari 26 or Firefox 141 on Windows; older versions have no WebGPU.',
  'no-adapter':
    'Your browser supports WebGPU but found no usable GPU. Turn on hardware acceleration in its settings, update the GPU driver, or on Linux start Chrome with --enable-features=Vulkan --enable-unsafe-webgpu.',
  refused: 'The driver refused a device. Close other pages that use the GPU, or restart the browser.',
  lost: 'The GPU was reset, often after sleep or a driver update. Reload the page.',
};

/** Reason why this browser cannot train on a GPU, and the steps to take. */
export function NoGpuBanner() {
  const adapter = useLab((state) => state.adapter);
  if (adapter.kind !== 'none') return null;
  if (adapter.cause === 'worker')
    return (
      <Notice kind="warning" shape="banner">
        <b>Training unavailable: {adapter.message}.</b> Everything below works on the recorded run.
      </Notice>
    );
  return (
    <Notice kind="note" shape="banner">
      <b>WebGPU unavailable: {adapter.message}.</b> {ADVICE[adapter.cause]} Everything below works on the recorded run,
      and small models train on the CPU.
    </Notice>
  );
}

const FAILURES: Readonly<Record<LabState['source'], string>> = {
  replay: 'The recording cannot be read.',
  live: 'The run ended with an error.',
  stored: 'The stored run cannot be read.',
};

/** Error that ended the run or its recording. */
export function FailureBanner() {
  const error = useLab((state) => state.error);
  const source = useLab((state) => state.source);
  const stored = useLab((state) => state.source === 'live' && state.runName !== null && state.run.start !== null);
  if (error === null) return null;
  return (
    <Notice kind="error" shape="banner">
      <b>{FAILURES[source]}</b> {error.message}. {error.cause && ADVICE[error.cause]}
      {stored && ' The run stays in Runs: Continue goes on from its last checkpoint.'}
    </Notice>
  );
}

/** Recipe that a link loaded, and the faults of the link. */
export function LinkBanner() {
  const faults = useLab((state) => state.linkFaults);
  const note = useLab((state) => (state.source === 'live' ? null : state.linkNote));
  if (faults.length === 0)
    return (
      note && (
        <Notice kind="note" shape="banner">
          <b>The recipe of this link is in New run:</b> {note}.{' '}
          <button type="button" onClick={() => openNewRun()}>
            Open New run
          </button>
        </Notice>
      )
    );
  return (
    <Notice kind="warning" shape="banner">
      <b>This link asks for something that does not exist.</b> {listed(faults.map((fault) => `${fault}.`))} You see the
      nearest match.
    </Notice>
  );
}

/** Offer of a new version of the page. It opens only when asked, so that a training goes on. */
export function VersionBanner() {
  const version = useLab((state) => state.newVersion);
  if (version === null) return null;
  return (
    <Notice kind="note" shape="banner">
      <b>A new version is ready.</b> {version === 'other-tabs' && 'Close the other tabs of the lab, then reload. '}
      <button type="button" onClick={() => void openNewVersion()}>
        Reload
      </button>
    </Notice>
  );
}
