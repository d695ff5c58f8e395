/** The stored runs in React, and files that are dropped on the page. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { type RunsState, runs } from '../../store/runs';

export const useRuns = <T>(select: (state: RunsState) => T): T => useStore(runs, select);

/** Reads again when the user comes back to this tab: another one may have changed the runs. */
export function useFocus(read: () => Promise<void>): void {
  useEffect(() => {
    const again = () => void read();
    addEventListener('focus', again);
    return () => removeEventListener('focus', again);
  }, [read]);
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

/**
 * Takes files that are dropped anywhere on the page while the view is shown: one that misses would replace the page.
 * @returns true while files are dragged over it
 */
export function useDrop(take: (files: readonly File[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = ({ relatedTarget }: DragEvent) => relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      take([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [take]);
  return isOver;
}
