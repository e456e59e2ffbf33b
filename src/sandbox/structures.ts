/** Structures that the kernel reads, as bytes; little-endian and of the same shape on x86_64 and aarch64. */

/** `struct sigaction` of the kernel: SIG_DFL, no flags, empty mask (rt_sigaction(2)). */
export const zeroSigaction = new Uint8Array(32);

/** `struct ifreq` with flags (netdevice(7)). */
export function ifreq(name: string, interfaceFlags: number): Uint8Array {
  const buffer = Buffer.alloc(40);
  buffer.write(name, 0, 15, 'latin1');
  buffer.writeInt16LE(interfaceFlags, 16);
  return buffer;
}

/** `struct mount_attr` that sets flags, and clears others (mount_setattr(2)). @param ids the user namespace of MOUNT_ATTR_IDMAP */
export function mountAttr(set: number, clear = 0, ids = 0): Uint8Array {
  const buffer = Buffer.alloc(32);
  buffer.writeBigUInt64LE(BigInt(set), 0);
  buffer.writeBigUInt64LE(BigInt(clear), 8);
  buffer.writeBigUInt64LE(BigInt(ids), 24);
  return buffer;
}

const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** `struct rlimit64` (prlimit(2)). */
export function limit(soft: number | 'unlimited', hard: number | 'unlimited'): Uint8Array {
  const buffer = Buffer.alloc(16);
  buffer.writeBigUInt64LE(soft === 'unlimited' ? UNLIMITED : BigInt(soft), 0);
  buffer.writeBigUInt64LE(typeof hard === 'number' ? BigInt(hard) : UNLIMITED, 8);
  return buffer;
}

/** `struct __user_cap_header_struct` of the third version, for the calling thread (capset(2)). */
export const capabilityHeader: Uint8Array = (() => {
  const buffer = Buffer.alloc(8);
  buffer.writeUInt32LE(0x20080522, 0);
  return buffer;
})();

/** `struct landlock_ruleset_attr` that restricts scopes only (landlock_create_ruleset(2)). */
export function landlockRuleset(scoped: number): Uint8Array {
  const buffer = Buffer.alloc(24);
  buffer.writeBigUInt64LE(BigInt(scoped), 16);
  return buffer;
}
