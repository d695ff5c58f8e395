/**
 * A problem with its answer as a person would draw it: plain data that any screen can show. Tasks draw in these few forms;
 * none knows how they are shown.
 */

/** Meaning of a mark. Screens show `good` and `bad` by more than colour. */
export type Tone = 'plain' | 'muted' | 'good' | 'bad' | 'accent';

export interface Mark {
  readonly text: string;
  readonly tone: Tone;
}

/** Cells in rows: a maze, a calendar, a table. */
export interface GridPicture {
  readonly kind: 'grid';
  readonly rows: readonly (readonly Mark[])[];
  /** Labels of the rows and of the columns; none where empty. */
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
}

/** Points in a plane, y growing downwards, and lines between them: a tour, a map. */
export interface MapPicture {
  readonly kind: 'map';
  readonly points: readonly { readonly x: number; readonly y: number; readonly mark: Mark }[];
  /** Between points, by index; `text` may be empty. */
  readonly lines: readonly { readonly ends: readonly [number, number]; readonly mark: Mark }[];
}

/** Lines of marked text: clauses with their truth, the steps of a computation. */
export interface TextPicture {
  readonly kind: 'text';
  readonly lines: readonly (readonly Mark[])[];
}

export type Picture = (GridPicture | MapPicture | TextPicture) & {
  /** The whole of it in words, for those who do not see it. */
  readonly caption: string;
};

export const mark = (text: string, tone: Tone = 'plain'): Mark => ({ text, tone });
