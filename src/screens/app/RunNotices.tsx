/** Banners about the storage of a run: not stored, held by another tab, full, continued after a lost GPU or on another, interrupted. */
import type { ReactNode } from 'react';
import { continueRun, forgetInterrupted, openStoredRun, resume } from '../../store/control';
import { show } from '../../store/lab';
import { storageSize } from '../../units';
import type { Place, RunNotice } from '../../worker/protocol';
import { useLab } from '../shared/hooks';
import { Notice, type NoticeKind } from '../shared/Notice';

const placeWords = ({ stage, step }: Place): string => `${stage.toUpperCase()} step ${step}`;

interface Words {
  readonly kind: NoticeKind;
  readonly title: string;
  readonly detail: ReactNode;
}

/** Smallest space worth freeing: the next events follow at once. */
const LEAST_BYTES = 2 ** 20;

function fullWords({ bytes, others }: Extract<RunNotice, { code: 'full' }>): string {
  const need = bytes > 0 ? `Free at least ${storageSize(Math.max(bytes, LEAST_BYTES))}` : 'Free some space';
  const names = others.map((other) => `${other.name} (${storageSize(other.bytes)})`);
  const what =
    names.length > 0 ? `: delete runs in Runs, such as ${names.join(', ')}` : ', on this disk or in this browser';
  return `${need}${what}. Nothing is damaged. The run goes on as soon as there is room.`;
}

function lostWords({ reason, at, from, attempt, most }: Extract<RunNotice, { code: 'lost' }>): Words {
  const where = at ? ` at ${placeWords(at)}` : '';
  const place = from ? placeWords(from) : 'its start';
  return {
    kind: 'note',
    title: `The GPU was lost${where}; training continues from ${place}.`,
    detail: `Attempt ${attempt} of ${most} in ten minutes (${reason}).`,
  };
}

/** Words of a notice. Codes come from the worker. */
export function noticeWords(notice: RunNotice): Words {
  switch (notice.code) {
    case 'not-stored': {
      const detail = `${notice.reason}. Its charts, rollouts and weights are lost when this page closes.`;
      return { kind: 'warning', title: 'This run is not stored:', detail };
    }
    case 'held': {
      const detail = 'This page shows it as far as it went, and does not change it.';
      return { kind: 'note', title: `This run trains in ${notice.who}.`, detail };
    }
    case 'full':
      return { kind: 'warning', title: 'The storage is full, so the run is paused.', detail: fullWords(notice) };
    case 'lost':
      return lostWords(notice);
    case 'other-device': {
      const detail = `It trained on ${notice.before} so far. Numbers may differ from those of an unbroken run.`;
      return { kind: 'note', title: `This run continues on another device, ${notice.now}.`, detail };
    }
    case 'damaged': {
      const detail = `${notice.faults.join('; ')}. The newest good checkpoint is used.`;
      return { kind: 'warning', title: 'Damaged files are not used:', detail };
    }
    default:
      return notice satisfies never;
  }
}

const MakeRoom = () => (
  <>
    <button type="button" onClick={() => show({ screen: 'runs', runsTab: 'list' })}>
      Open Runs
    </button>
    <button type="button" onClick={resume}>
      Try again
    </button>
  </>
);

export function RunNotices() {
  const notices = useLab((state) => state.notices);
  return notices.map((notice) => {
    const { kind, title, detail } = noticeWords(notice);
    return (
      <Notice key={notice.code} kind={kind} shape="banner" actions={notice.code === 'full' && <MakeRoom />}>
        <b>{title}</b> {detail}
      </Notice>
    );
  });
}

/** Offer to continue the run that trained in this tab before it was closed or reloaded. */
export function InterruptedBanner() {
  const run = useLab((state) => state.interrupted);
  const checking = useLab((state) => state.adapter.kind === 'checking');
  if (run === null) return null;
  const { name, title } = run;
  return (
    <Notice
      kind="note"
      shape="banner"
      actions={
        <>
          <button type="button" disabled={checking} onClick={() => void continueRun(name)}>
            Continue
          </button>
          <button type="button" onClick={() => void openStoredRun(name)}>
            Show
          </button>
          <button type="button" onClick={forgetInterrupted}>
            Not now
          </button>
        </>
      }
    >
      <b>The training of “{title}” was interrupted.</b> It continues from its last checkpoint.
    </Notice>
  );
}
