/** Keeps zod from compiling schemas with eval, which the page's policy forbids. Page, worker and views that load later import this file first. */
import { z } from 'zod';

z.config({ jitless: true });
