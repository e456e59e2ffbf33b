/** The operations that make directories, links and files in the new root. */
import { type Call, call, flags, mode, num, text } from '../base/call.ts';
import { toBytes } from '../base/path.ts';
import { OPEN } from './kernel.ts';
import { here, under } from './op-calls.ts';
import type { Meanings } from './step.ts';

function writeFile(path: string, content: string, permissions: number): readonly Call[] {
  return [
    { ...call('openat', here, text(path), flags({ ...OPEN }), mode(permissions)), result: 'fd' },
    call('write', { kind: 'result', of: 'fd' }, text(content), num(toBytes(content).length)),
  ];
}

export const FILE_OPS: Meanings<'directory' | 'link' | 'mode' | 'file'> = {
  directory: {
    say: op => `the directory ${op.at}, mode ${op.mode.toString(8)}`,
    calls: (op, root) => {
      const make = call('mkdirat', here, text(under(root, op.at)), mode(op.mode));
      return [op.mayExist === true ? { ...make, optional: true } : make];
    },
  },
  link: {
    say: op => `the link ${op.at} → ${op.target}`,
    calls: (op, root) => [call('symlinkat', text(op.target), here, text(under(root, op.at)))],
  },
  mode: {
    say: op => `the mode of ${op.at} is ${op.mode.toString(8)}`,
    calls: (op, root) => [call('fchmodat', here, text(under(root, op.at)), mode(op.mode))],
  },
  file: {
    say: op => `the file ${op.at}, ${toBytes(op.content).length} bytes`,
    calls: (op, root) => writeFile(under(root, op.at), op.content, op.mode),
  },
};
