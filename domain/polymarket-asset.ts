/** Bits 40 to 103 of an asset id: zero only in the position ids of the newer protocol. */
const POSITION_BITS = ((1n << 64n) - 1n) << 40n;

/**
 * Whether an asset is a position of the venue's newer protocol (Exchange V3) and no conditional
 * token: orders for it are signed for another contract, which this adapter does not do.
 * @param assetId a whole number written in decimal
 * @source ts-sdk `orders/asset.ts`; reference/polymarket.md §1.2
 */
export function isPositionId(assetId: string): boolean {
  return (BigInt(assetId) & POSITION_BITS) === 0n;
}
