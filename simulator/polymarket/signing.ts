/** Recovers who signed an order or asked for a key. @source reference §1.2, §1.4, §2.1; EIP-712, ERC-7739 */
import type { Address, Hex } from 'viem';
import { hashDomain, hashStruct, hashTypedData, recoverAddress, stringToHex } from 'viem';
import type { Side, SignatureType } from './records.ts';

const CHAIN_ID = 137;
/** What settles trades, by kind of market. */
export const EXCHANGES = {
  standard: '0xE111180000d2663C0091e4f400237545B87B996B',
  negRisk: '0xe2222d279d744050d28e00520010520000310F59',
} as const;

/** The signed part of an order, as the request has it. */
export interface SignedOrder {
  readonly salt: number;
  readonly maker: string;
  readonly signer: string;
  readonly tokenId: string;
  readonly makerAmount: string;
  readonly takerAmount: string;
  readonly side: Side;
  readonly signatureType: SignatureType;
  readonly timestamp: string;
  readonly metadata: string;
  readonly builder: string;
}

const ORDER = [
  { name: 'salt', type: 'uint256' },
  { name: 'maker', type: 'address' },
  { name: 'signer', type: 'address' },
  { name: 'tokenId', type: 'uint256' },
  { name: 'makerAmount', type: 'uint256' },
  { name: 'takerAmount', type: 'uint256' },
  { name: 'side', type: 'uint8' },
  { name: 'signatureType', type: 'uint8' },
  { name: 'timestamp', type: 'uint256' },
  { name: 'metadata', type: 'bytes32' },
  { name: 'builder', type: 'bytes32' },
] as const;
const ORDER_TEXT = `Order(${ORDER.map(({ name, type }) => `${type} ${name}`).join(',')})`;
const DOMAIN = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
] as const;
const TYPED_DATA_SIGN = [
  { name: 'contents', type: 'Order' },
  ...DOMAIN,
  { name: 'salt', type: 'bytes32' },
] as const;
const ZERO_32: Hex = `0x${'0'.repeat(64)}`;

function exchangeDomain(negRisk: boolean) {
  return {
    name: 'Polymarket CTF Exchange',
    version: '2',
    chainId: CHAIN_ID,
    verifyingContract: negRisk ? EXCHANGES.negRisk : EXCHANGES.standard,
  } as const;
}

function messageOf(order: SignedOrder) {
  return {
    salt: BigInt(order.salt),
    // Lower case: what is signed has no checksum, and a wrong one is not looked for.
    maker: order.maker.toLowerCase() as Address,
    signer: order.signer.toLowerCase() as Address,
    tokenId: BigInt(order.tokenId),
    makerAmount: BigInt(order.makerAmount),
    takerAmount: BigInt(order.takerAmount),
    side: order.side === 'BUY' ? 0 : 1,
    signatureType: order.signatureType,
    timestamp: BigInt(order.timestamp),
    metadata: order.metadata as Hex,
    builder: order.builder as Hex,
  };
}

/** The order's id: its EIP-712 hash for the exchange that settles its market. */
export function orderHash(order: SignedOrder, negRisk: boolean): string {
  return hashTypedData({
    domain: exchangeDomain(negRisk),
    types: { Order: ORDER },
    primaryType: 'Order',
    message: messageOf(order),
  });
}

/**
 * Who signed an order: the address behind the key, lower case; for a deposit wallet that of its
 * owner, out of the ERC-7739 wrapping. Undefined where the signature cannot be read.
 */
export async function recoverSigner(
  order: SignedOrder,
  signature: string,
  negRisk: boolean,
): Promise<string | undefined> {
  if (order.signatureType !== 3) {
    return recovered(orderHash(order, negRisk) as Hex, signature);
  }
  const inner = unwrapped(order, signature, negRisk);
  return inner === undefined ? undefined : recovered(walletDigest(order, negRisk), inner);
}

async function recovered(hash: Hex, signature: string): Promise<string | undefined> {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signature)) return undefined;
  try {
    return (await recoverAddress({ hash, signature: signature as Hex })).toLowerCase();
  } catch {
    return undefined;
  }
}

/** What a deposit wallet's owner signs: the order inside the wallet's own domain. */
function walletDigest(order: SignedOrder, negRisk: boolean): Hex {
  return hashTypedData({
    domain: exchangeDomain(negRisk),
    types: { TypedDataSign: TYPED_DATA_SIGN, Order: ORDER },
    primaryType: 'TypedDataSign',
    message: {
      contents: messageOf(order),
      name: 'DepositWallet',
      version: '1',
      chainId: BigInt(CHAIN_ID),
      verifyingContract: order.signer.toLowerCase() as Address,
      salt: ZERO_32,
    },
  });
}

/** Signature, app's domain separator, hash of the contents, their type and its length. */
function unwrapped(order: SignedOrder, signature: string, negRisk: boolean): string | undefined {
  const domain = exchangeDomain(negRisk);
  const separator = hashDomain({
    domain: { ...domain, chainId: BigInt(CHAIN_ID) },
    types: { EIP712Domain: DOMAIN },
  });
  const contents = hashStruct({
    data: messageOf(order),
    primaryType: 'Order',
    types: { Order: ORDER },
  });
  const length = ORDER_TEXT.length.toString(16).padStart(4, '0');
  const tail = `${separator.slice(2)}${contents.slice(2)}${stringToHex(ORDER_TEXT).slice(2)}${length}`;
  return signature.toLowerCase().endsWith(tail)
    ? signature.slice(0, signature.length - tail.length)
    : undefined;
}

/** Who asks for an API key (L1), lower case; undefined where the signature cannot be read. */
export function recoverKeyAsker(asked: {
  readonly address: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}): Promise<string | undefined> {
  const hash = hashTypedData({
    domain: { name: 'ClobAuthDomain', version: '1', chainId: CHAIN_ID },
    types: {
      ClobAuth: [
        { name: 'address', type: 'address' },
        { name: 'timestamp', type: 'string' },
        { name: 'nonce', type: 'uint256' },
        { name: 'message', type: 'string' },
      ],
    },
    primaryType: 'ClobAuth',
    message: {
      address: asked.address.toLowerCase() as Address,
      timestamp: asked.timestamp,
      nonce: BigInt(asked.nonce),
      message: 'This message attests that I control the given wallet',
    },
  });
  return recovered(hash, asked.signature);
}
