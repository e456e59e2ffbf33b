/** The files of `/etc` (S18), and those that a sandbox with network gets besides (nix-sandbox.md, section 5). */
import { type InnerPath, innerPath } from '../base/path.ts';
import { closedMode } from './groups.ts';
import type { PlanInput } from './plan-input.ts';
import { directories, type Like, type Step, step } from './step.ts';

const GROUP = 'root:x:0:\nnixbld:!:100:\nnogroup:x:65534:\n';
const PASSWD =
  'root:x:0:0:Nix build user:/build:/noshell\n' +
  'nixbld:x:1000:100:Nix build user:/build:/noshell\n' +
  'nobody:x:65534:65534:Nobody:/:/noshell\n';
const HOSTS = '127.0.0.1 localhost\n::1 localhost\n';
const NSSWITCH = 'hosts: files dns\nservices: files\n';

/** The steps that fill `/etc`. */
export function etcSteps({ options, facts }: PlanInput): readonly Step[] {
  const file = (name: string, content: string, why: string, like: Like): Step =>
    step({ kind: 'file', at: innerPath(`/etc/${name}`), mode: 0o444, content }, why, like);
  const ids = { nix: 'startChild', spec: 'S18' };
  const addresses = { nix: 'setupBuildChroot', spec: 'S18' };
  const steps = [
    file('group', GROUP, 'the names of the groups that the build saw', ids),
    file('passwd', PASSWD, 'the names of the users that the build saw', ids),
  ];
  if (!options.net) return [...steps, file('hosts', HOSTS, 'localhost has its addresses', addresses)];
  const why = 'you asked for the network: --net';
  const binds = facts.networkFiles.flatMap(({ from, to }) => [
    // The certificates lie deeper: /etc/ssl/certs.
    ...directories(parent(to), new Set(['/etc']), closedMode(options.without)).map(op =>
      step(op, why, { nix: 'enterChroot' }),
    ),
    step({ kind: 'bind', from, to: innerPath(to), type: 'file', readOnly: true }, why, { nix: 'enterChroot' }),
  ]);
  const ownHosts = facts.networkFiles.some(({ to }) => to === '/etc/hosts')
    ? []
    : [file('hosts', HOSTS, why, addresses)];
  return [...steps, ...ownHosts, file('nsswitch.conf', NSSWITCH, why, { nix: 'enterChroot' }), ...binds];
}

function parent(path: string): InnerPath {
  return innerPath(path.slice(0, path.lastIndexOf('/')));
}
