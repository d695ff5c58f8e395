/** Banners above every screen: no WebGPU, a run that failed, a link that asks for something else, a new version. */
import { checkGpu, continueRun } from '../../store/control';
import { forgetLinkFaults, type LabState, openNewRun, show } from '../../store/lab';
import { restartRecording } from '../../store/start';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { GPU_ADVICE, GpuSteps } from './GpuSteps';
import { openNewVersion } from './updates';

/** Reason why this browser cannot train on a GPU, and the steps to take. It gives way to a run that trains on the CPU. */
export function NoGpuBanner() {
  const adapter = useLab((state) => state.adapter);
  const trains = useLab(({ source, status }) => source === 'live' && (status === 'playing' || status === 'paused'));
  if (adapter.kind !== 'none' || trains) return null;
  if (adapter.cause === 'worker')
    return (
      <Notice kind="warning" shape="banner" actions={<Reload />}>
        <b>Training unavailable: {adapter.message}.</b> Everything below works on the recorded run.
      </Notice>
    );
  return (
    <Notice
      kind="note"
      shape="banner"
      actions={
        <button type="button" onClick={() => void checkGpu()}>
          Check again
        </button>
      }
    >
      <b>WebGPU unavailable: {GPU_ADVICE[adapter.cause].why}.</b> Every view works, and small models train on the CPU.
      <GpuSteps cause={adapter.cause} reported={adapter.message} />
    </Notice>
  );
}

const Reload = () => (
  <button type="button" onClick={() => location.reload()}>
    Reload
  </button>
);

const FAILURES: Readonly<Record<LabState['source'], string>> = {
  replay: 'The recording cannot be read.',
  live: 'The run ended with an error.',
  stored: 'The stored run cannot be read.',
};

/** Way on after a failure: continue the run, train again, choose another run, or read the recording again. */
function AfterFailure() {
  const source = useLab((state) => state.source);
  const stored = useLab(({ runName, run }) => (run.start === null ? null : runName));
  switch (source) {
    case 'replay':
      return (
        <button type="button" onClick={() => void restartRecording()}>
          Try again
        </button>
      );
    case 'stored':
      return (
        <button type="button" onClick={() => show({ screen: 'runs', runsTab: 'list' })}>
          Open Runs
        </button>
      );
    case 'live':
      return (
        <>
          {stored !== null && (
            <button type="button" onClick={() => void continueRun(stored)}>
              Continue
            </button>
          )}
          <button type="button" onClick={() => openNewRun()}>
            Open New run
          </button>
        </>
      );
    default:
      return source satisfies never;
  }
}

/** Error that ended the run or its recording. */
export function FailureBanner() {
  const error = useLab((state) => state.error);
  const source = useLab((state) => state.source);
  const stored = useLab((state) => state.source === 'live' && state.runName !== null && state.run.start !== null);
  if (error === null) return null;
  return (
    <Notice kind="error" shape="banner" actions={<AfterFailure />}>
      <b>{FAILURES[source]}</b> {error.message}.
      {stored && ' Nothing is lost: the run stays in Runs, and Continue goes on from its last checkpoint.'}
      {error.cause && <GpuSteps cause={error.cause} open />}
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
        <Notice
          kind="note"
          shape="banner"
          actions={
            <button type="button" onClick={() => openNewRun()}>
              Open New run
            </button>
          }
        >
          <b>The recipe of this link is in New run:</b> {note}.
        </Notice>
      )
    );
  return (
    <Notice
      kind="warning"
      shape="banner"
      actions={
        <button type="button" onClick={forgetLinkFaults}>
          Close
        </button>
      }
    >
      <b>This link asks for something that does not exist.</b> You see the nearest match.
      <ul>
        {faults.map((fault) => (
          <li key={fault}>{fault}.</li>
        ))}
      </ul>
    </Notice>
  );
}

/** Offer of a new version of the page. It opens only when asked, so that a training goes on. */
export function VersionBanner() {
  const version = useLab((state) => state.newVersion);
  if (version === null) return null;
  return (
    <Notice
      kind="note"
      shape="banner"
      actions={
        <button type="button" onClick={() => void openNewVersion()}>
          Reload
        </button>
      }
    >
      <b>A new version is ready.</b> {version === 'other-tabs' && 'Close the other tabs of the lab, then reload.'}
    </Notice>
  );
}
