/** Errors of the operating system about files, in plain English. */
import { excerpt } from '../quote';

export const errorCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Translates an error of the operating system. */
export function fileFault(error: unknown): string {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOENT':
      return 'there is no such folder';
    case 'ENOTDIR':
      return 'a part of the path is a file, not a folder';
    case 'EISDIR':
      return 'it is a folder, not a file';
    case 'EEXIST':
      return 'a file of that name is in the way';
    case 'ENAMETOOLONG':
      return 'the path is too long';
    case 'ELOOP':
      return 'its symbolic links lead in a circle';
    default:
      return (error as Error).message;
  }
}

/** Characters of a path in a message. The file's name comes last, so paths get more than other values. */
const MOST_OF_PATH = 200;

export const shownPath = (file: string): string => excerpt(file, MOST_OF_PATH);

/** Message about a file that cannot be read, with the reason. */
export function readFault(error: unknown, file: string): string {
  const shown = shownPath(file);
  switch (errorCode(error)) {
    case 'ENOENT':
      return `there is no file ${shown}`;
    case 'EISDIR':
      return `${shown} is a folder; give a file`;
    case 'EACCES':
    case 'EPERM':
      return `${shown} cannot be read: this user may not read it`;
    default:
      return `${shown} cannot be read: ${fileFault(error)}`;
  }
}
