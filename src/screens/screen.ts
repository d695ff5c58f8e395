/** Record of a screen. A screen is one record in its own folder and one line in index.ts. */
import type { LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import type { LabState } from '../store/lab';

/** Parameters of an address, read one by one. */
export interface AddressReader {
  /** Text of a parameter; null where the address lacks it. */
  text(name: string): string | null;
  /** Whole number of a parameter; null where the address lacks it or has another value, which becomes a fault. */
  number(name: string, least: number): number | null;
  /** Adds a fault: a part of the address that cannot be taken, in words. */
  fault(words: string): void;
}

/** Part of the address that belongs to one screen. */
export interface ScreenAddress {
  /** Parameters of the screen. */
  readonly names: readonly string[];
  /** Values of the parameters while the screen is shown; null leaves one out. */
  write(
    state: Pick<
      LabState,
      | 'experiment'
      | 'experimentSeed'
      | 'runsTab'
      | 'evaluation'
      | 'compared'
      | 'data'
      | 'play'
      | 'reward'
      | 'token'
      | 'traces'
    >,
  ): Readonly<Record<string, string | number | null>>;
  /** Changes of the state that an address asks for. */
  read(reader: AddressReader, state: Pick<LabState, 'data' | 'draft'>): Partial<LabState>;
}

export interface Screen {
  /** Value of `view` in the address. */
  readonly id: string;
  readonly title: string;
  /** Icon of the view in the bottom bar of a phone. */
  readonly icon: LucideIcon;
  /** Earlier values of `view`, which still open the screen. */
  readonly formerIds?: readonly string[];
  readonly Component: ComponentType;
  readonly address?: ScreenAddress;
}
