/** bzip2's check sum: CRC-32 with the most significant bit first, polynomial 0x04c11db7. */

/** By the sum's upper byte, what to add to it. */
export const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = sum < 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  return sum;
});
