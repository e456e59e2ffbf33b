/** Structures that the kernel reads, as bytes; little-endian and of the same shape on x86_64 and aarch64. */

/** `struct sigaction` of the kernel: SIG_DFL, no flags, empty mask (rt_sigaction(2)). */
export const zeroSigaction = new Uint8Array(32);

/** `struct ifreq` with flags (netdevice(7)). */
export function ifreq(name: string, interfaceFlags: number): Uint8Array {
  const bytes = new Uint8Array(40);
  for (let at = 0; at < Math.min(name.length, 15); at += 1) bytes[at] = name.charCodeAt(at);
  bytes[16] = interfaceFlags & 0xff;
  bytes[17] = interfaceFlags >> 8;
  return bytes;
}

/** 64-bit words; a number is exact up to 2^53. */
function words(...values: readonly number[]): Uint8Array {
  const halves = new Uint32Array(values.length * 2);
  values.forEach((value, index) => {
    halves[2 * index] = value >>> 0;
    halves[2 * index + 1] = Math.floor(value / 2 ** 32);
  });
  return new Uint8Array(halves.buffer);
}

/** `struct mount_attr` that sets flags, and clears others (mount_setattr(2)). @param ids the user namespace of MOUNT_ATTR_IDMAP */
export function mountAttr(set: number, clear = 0, ids = 0): Uint8Array {
  return words(set, clear, 0, ids);
}

/** `struct rlimit64` (prlimit(2)). */
export function limit(soft: number | 'unlimited', hard: number | 'unlimited'): Uint8Array {
  // RLIM64_INFINITY has all bits set, as -1 has.
  return words(soft === 'unlimited' ? -1 : soft, hard === 'unlimited' ? -1 : hard);
}

/** `struct __user_cap_header_struct` of the third version, for the calling thread (capset(2)). */
export const capabilityHeader: Uint8Array = new Uint8Array(Uint32Array.of(0x20080522, 0).buffer);

/** `struct landlock_ruleset_attr` that restricts scopes only (landlock_create_ruleset(2)). */
export function landlockRuleset(scoped: number): Uint8Array {
  return words(0, 0, scoped);
}
