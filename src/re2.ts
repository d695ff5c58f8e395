/**
 * Loads RE2, which takes time linear in the text for any expression. Workers and the terminal import this file first; the page
 * imports it after its first picture, since RE2 is a fifth of the page's code.
 */
import { RE2JS } from 're2js';
import { compilePatternsWith } from './patterns';

compilePatternsWith((pattern) => RE2JS.compile(pattern));
