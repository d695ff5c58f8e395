/** Checked data: the value as a schema sees it, or an error that names every field that is wrong. Any room may import it. */
import type { z } from 'zod';
import { listed } from './quote';

/** @throws one line for each field that does not fit, the first dozen: where, its path, why */
export function parseAs<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    (issue) => `${where}: ${issue.path.join('.') || 'top level'}: ${issue.message}`,
  );
  throw new Error(listed(lines));
}
